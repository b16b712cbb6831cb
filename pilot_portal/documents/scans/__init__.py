"""Looking into files that come back: a stamped paper that was scanned, a PDF sealed elsewhere.

Whatever a stranger sends is opened in a process of its own (`inspect`), which may run out of memory, hang or
crash without harm. It knows no model and no setting.
"""

from pilot_portal.documents.scans.finding import Finding, Seal
from pilot_portal.documents.scans.inspect import SIGNATURE, changes_since, inspect

__all__ = ["SIGNATURE", "Finding", "Seal", "changes_since", "inspect"]
