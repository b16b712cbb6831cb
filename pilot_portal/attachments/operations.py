"""Taking files in, setting them aside, and noting who looked."""

import datetime as dt
import struct
import zipfile
from pathlib import PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from pilot_portal.accounts.actors import Actor
from pilot_portal.attachments.models import AccessEntry, Attachment
from pilot_portal.common.digests import digests_of
from pilot_portal.common.errors import Problem, Refused
from pilot_portal.common.text import clean, without_invisible

OLD_SHEETS = (b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\r\n", b"\n")
# Suffix → media type and the bytes such a file begins with.
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    # Old names for whatever a program wrote: Excel's own, a renamed .xlsx, a web page in any encoding.
    ".xls": ("application/vnd.ms-excel", OLD_SHEETS),
    ".et": ("application/vnd.ms-excel", OLD_SHEETS),
    ".ods": ("application/vnd.oasis.opendocument.spreadsheet", (b"PK\x03\x04",)),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
}
# The folder by which a zip file is what its suffix says.
OFFICE_FOLDERS = {".docx": "word/", ".xlsx": "xl/"}
UNPACKED_MAX_BYTES = 200 * 1024 * 1024
UNLIKE = "文件内容与扩展名不符，请用原软件另存后再传。"
DAMAGED = "文件已损坏，请重新导出后再传。"
SCANS = frozenset({".pdf", ".jpg", ".jpeg", ".png"})
PROOFS = SCANS | {".docx", ".xlsx"}


def check_upload(upload: UploadedFile, allowed: frozenset[str]) -> str:
    """The suffix of an upload that is what its name says, small enough and without macros; else Refused."""
    suffix = PurePath(upload.name or "").suffix.lower()
    if suffix not in allowed:
        words = "、".join(sorted(s.lstrip(".") for s in allowed))
        raise Refused(f"不支持这种文件，请上传 {words} 格式。", [Problem("文件格式不支持。", field="file")])
    if not upload.size:
        raise Refused("文件是空的，请重新选择。", [Problem("文件是空的。", field="file")])
    if upload.size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        raise Refused(f"文件超过 {limit} MB，请压缩后再传。", [Problem("文件太大。", field="file")])
    upload.seek(0)
    head = upload.read(16)
    upload.seek(0)
    if not head.startswith(KINDS[suffix][1]):
        raise Refused(UNLIKE, [Problem("文件内容与扩展名不符。", field="file")])
    if suffix in OFFICE_FOLDERS:
        _check_archive(upload, suffix)
    return suffix


def _check_archive(upload: UploadedFile, suffix: str) -> None:
    try:
        with zipfile.ZipFile(upload) as archive:
            parts = [(item.filename.lower(), item.file_size) for item in archive.infolist()]
    # A mangled directory makes the reader stumble in more ways than it names.
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error) as error:
        raise Refused(DAMAGED, [Problem("文件已损坏。", field="file")]) from error
    finally:
        upload.seek(0)
    names = [name for name, _size in parts]
    if "[content_types].xml" not in names or not any(n.startswith(OFFICE_FOLDERS[suffix]) for n in names):
        raise Refused(UNLIKE, [Problem("文件内容与扩展名不符。", field="file")])
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Refused("文件含有宏，请另存为不含宏的格式。", [Problem("文件含有宏。", field="file")])
    if sum(size for _name, size in parts) > UNPACKED_MAX_BYTES:
        raise Refused("文件展开后过大，未予接收。", [Problem("文件展开后过大。", field="file")])


def store(
    upload: UploadedFile,
    *,
    case_type: str,
    case_id: int,
    purpose: str,
    by: Actor,
    at: dt.datetime,
    allowed: frozenset[str] = SCANS,
) -> Attachment:
    """Check an upload and keep it for a case. Raises Refused with a sentence for the user."""
    suffix = check_upload(upload, allowed)
    sha256, sm3 = digests_of(upload)
    upload.seek(0)
    attachment = Attachment(
        case_type=case_type,
        case_id=case_id,
        purpose=purpose,
        name=_shown_name(upload),
        suffix=suffix,
        mime=KINDS[suffix][0],
        size=upload.size or 0,
        sha256=sha256,
        sm3=sm3,
        organisation_id=by.organisation_id,
        uploaded_by_id=by.user_id,
        uploaded_at=at,
    )
    attachment.file.save(upload.name, upload, save=False)
    attachment.save()
    return attachment


def _shown_name(upload: UploadedFile) -> str:
    """The user's name of the file, to be shown and downloaded under; never a path of ours."""
    # Copied names bring invisible marks along: dropped, so that a name reads as it ends.
    name = " ".join(without_invisible(PurePath(upload.name or "附件").name).split())
    return clean(name)[-160:].lstrip()


def set_aside(attachment: Attachment, *, at: dt.datetime) -> None:
    """Take a file off its case; the bytes stay for the trail."""
    Attachment.objects.filter(pk=attachment.pk, removed_at=None).update(removed_at=at)


def note_access(
    what: str,
    *,
    by: Actor,
    at: dt.datetime,
    query: str = "",
    count: int = 1,
    purpose: str = "",
) -> None:
    """Leave a line in the access log."""
    AccessEntry.objects.create(
        user_id=by.user_id,
        organisation_id=by.organisation_id,
        role=by.role,
        what=what[:160],
        filter=query[:400],
        count=count,
        purpose=purpose[:120],
        at=at,
    )
