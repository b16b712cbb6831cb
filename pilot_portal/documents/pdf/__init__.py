"""The PDF kit: a small layout of our own on reportlab's canvas. It knows no model, no setting and no clock.

`form(data, fonts) -> Document` lays a paper out, `save(document, fonts, attached=canonical(data)) ->
bytes` writes it.
"""

from pilot_portal.documents.pdf.fonts import Fonts, MissingGlyph, Role, load_fonts
from pilot_portal.documents.pdf.page import Document, Imprint, join
from pilot_portal.documents.pdf.projection import canonical
from pilot_portal.documents.pdf.save import save

__all__ = ["Document", "Fonts", "Imprint", "MissingGlyph", "Role", "canonical", "join", "load_fonts", "save"]
