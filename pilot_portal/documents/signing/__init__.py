"""Electronic seals on papers: the interface for seal vendors, and the portal's own signature.

A seal is an incremental update: the first bytes of a sealed file are the unsigned paper, which is kept too.
"""

from pilot_portal.documents.signing.backend import SealBackend, SealFailed, SealPlace, places_of, seal_backend

__all__ = ["SealBackend", "SealFailed", "SealPlace", "places_of", "seal_backend"]
