"""Uploads as browsers send them, and office files made by hand."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


def upload(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    """An upload under the user's name; what the browser says of its type is never believed."""
    return SimpleUploadedFile(name, content, content_type="text/html")


def archive(*names: str, sizes: dict[str, int] | None = None) -> bytes:
    """A zip file with parts of these names; a size is that many zero bytes, packed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, b"\0" * (sizes or {}).get(name, 8))
    return stream.getvalue()


DOCX = archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")
XLSX = archive("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
