"""A county's workbook coming in: read in a process of its own, understood as what it is sent as."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from demands.models import ImportBatch
from demands.rules.attachment4 import Attachment4File, refused_file, understand
from demands.rules.library import understand_library
from demands.rules.words import KIND_CODES, TIER_CODES
from pilot_portal.codes.models import Chain
from pilot_portal.codes.queries import labels
from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.read import read_workbook
from pilot_portal.regions.queries import active_regions

# Address space of the child that reads: a list of 20,000 rows needs a quarter of it, and whatever a file of a
# stranger asks for, it is stopped below 300 MB.
READING_MEMORY = 300 * 1024 * 1024


@dataclass(frozen=True)
class Read:
    """What was understood of a workbook, and the digest by which the same file is known again."""

    file: Attachment4File
    sha256: str

    @property
    def parsed(self) -> dict[str, Any]:
        """What an import keeps: every row with what stood there and why a person must look."""
        return self.file.to_json(detailed=True)


def parse_upload(upload: UploadedFile, kind: str) -> tuple[dict[str, Any], str]:
    """What an import of a kind keeps of an uploaded workbook, and its digest."""
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    return _parse(content, kind)


def parse_stored(batch: ImportBatch) -> dict[str, Any]:
    """What an import keeps of the workbook beside it."""
    if batch.file is None:
        return refused_file("原文件已不存在，请重新上传。").to_json(detailed=True)
    with batch.file.file.open("rb") as stream:
        return _parse(stream.read(), batch.kind)[0]


def _parse(content: bytes, kind: str) -> tuple[dict[str, Any], str]:
    if kind != ImportBatch.Kind.LIBRARY:
        read = read_bytes(content)
        return read.parsed, read.sha256
    try:
        workbook = read_workbook(content, memory=READING_MEMORY)
    except Refused as refusal:
        parsed = refused_file(refusal.message).to_json(detailed=True)
    else:
        regions = list(active_regions().values_list("name", flat=True))
        parsed = understand_library(workbook, regions=regions, chains=list(labels(Chain).values()))
    return parsed, hashlib.sha256(content).hexdigest()


def read_bytes(content: bytes) -> Read:
    """Read a workbook as Attachment 4. Never raises for a bad file: the reason stands in its `error`."""
    try:
        workbook = read_workbook(content, memory=READING_MEMORY)
    except Refused as refusal:
        file = refused_file(refusal.message)
    else:
        file = understand(
            workbook,
            regions=list(active_regions().values_list("name", flat=True)),
            kinds=list(KIND_CODES),
            tiers=list(TIER_CODES),
        )
    return Read(file, hashlib.sha256(content).hexdigest())


def digest_of(upload: UploadedFile) -> str:
    """The digest by which the same file is known again; the upload is left at its beginning."""
    upload.seek(0)
    digest = hashlib.file_digest(upload, "sha256").hexdigest()
    upload.seek(0)
    return digest


def read_path(path: Path) -> Read:
    """Read a workbook on a disk; a file that is not there is refused like any other."""
    try:
        content = path.read_bytes()
    except OSError:
        return Read(refused_file(f"没有找到文件 {path.name}，或没有权限读取。"), "")
    return read_bytes(content)


def as_upload(path: Path) -> UploadedFile:
    """A file on a disk as if it had been uploaded, to be kept beside its import."""
    return SimpleUploadedFile(path.name, path.read_bytes())
