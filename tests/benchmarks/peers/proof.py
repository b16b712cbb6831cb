"""Whether two programs made the same paper: pages, every character on them, and where the QR leads."""

import unicodedata
from collections import Counter
from pathlib import Path

import pypdfium2
import zxingcpp

# Extraction names a hyphen at the end of a line so.
HYPHEN = "\ufffe"
BASIC_PLANE = 0xFFFF


class AnotherPaper(Exception):  # noqa: N818 - it says what it is
    """A contestant did not make the paper it was asked for."""


def letters(document: pypdfium2.PdfDocument) -> Counter[str]:
    """How often each character stands in a file; blanks do not count."""
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    plain = unicodedata.normalize("NFKC", text.replace(HYPHEN, "-"))
    return Counter(character for character in plain if not character.isspace())


def prove(made: Path, ours: Path, record: dict[str, object], *, code: bool) -> set[str]:
    """Compare a paper with the portal's own; `code`: read the QR too. Raises AnotherPaper.

    Gives the characters beyond the basic plane that are drawn but copied as others: reportlab's own map does
    that, and whoever stands on it.
    """
    with pypdfium2.PdfDocument(made) as theirs, pypdfium2.PdfDocument(ours) as own:
        if len(theirs) != len(own):
            raise AnotherPaper(f"{made}: {len(theirs)} pages, not {len(own)}")
        found, wanted = letters(theirs), letters(own)
        extra, lost = found - wanted, wanted - found
        if extra.total() != lost.total() or any(ord(character) <= BASIC_PLANE for character in lost):
            raise AnotherPaper(f"{made}: too many {extra}, too few {lost}")
        last = theirs[len(theirs) - 1]
        if str(record["name"]) not in unicodedata.normalize("NFKC", last.get_textpage().get_text_bounded()):
            raise AnotherPaper(f"{made}: the name is not on the last page")
        if code:
            read = {found.text for found in zxingcpp.read_barcodes(last.render(scale=150 / 72).to_pil())}
            if read != {record["verify_url"]}:
                raise AnotherPaper(f"{made}: its QR reads {read}")
    return set(lost)
