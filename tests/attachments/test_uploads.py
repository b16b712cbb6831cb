"""What may come in: by its bytes, not by its name; small, without macros; kept outside the web root."""

import hashlib
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import get_resolver
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pilot_portal.attachments import operations
from pilot_portal.attachments.models import Attachment
from pilot_portal.attachments.operations import KINDS, PROOFS, SCANS, check_upload
from pilot_portal.attachments.queries import files_of
from pilot_portal.common.errors import Refused
from tests import factories
from tests.attachments.uploads import DOCX, JPEG, PDF, PNG, XLSX, archive, upload
from tests.factories import NOW

GOOD = {".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG, ".docx": DOCX, ".xlsx": XLSX}
WORKBOOKS = frozenset({".xlsx", ".xls"})


def refusal(name, content, allowed=PROOFS):
    with pytest.raises(Refused) as refused:
        check_upload(upload(name, content), allowed)
    assert [problem.field for problem in refused.value.problems] == ["file"]
    return refused.value.message


def store(name="扫描件.pdf", content=PDF, by=None, **fields):
    where = {"case_type": "tests.case", "case_id": 1, "purpose": "scan"} | fields
    by = by or factories.institution_admin_zhou()
    return operations.store(upload(name, content), by=by, at=NOW, **where)


# What it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("suffix", "content"), GOOD.items())
def test_a_file_that_is_what_its_name_says_comes_in(suffix, content):
    assert check_upload(upload(f"材料{suffix}", content), PROOFS) == suffix
    assert check_upload(upload(f"材料{suffix.upper()}", content), PROOFS) == suffix


@pytest.mark.parametrize("suffix", GOOD)
@pytest.mark.parametrize("other", GOOD)
def test_a_file_that_is_something_else_is_refused(suffix, other):
    if KINDS[suffix][0] == KINDS[other][0]:
        assert check_upload(upload(f"a{suffix}", GOOD[other]), PROOFS) == suffix
    else:
        assert "内容与扩展名不符" in refusal(f"a{suffix}", GOOD[other])


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00",
        b"<html><script>alert(1)</script>",
        b"<?xml version='1.0'?><svg/>",
        b"#!/bin/sh",
        b"\x7fELF",
        b"PK\x05\x06" + b"\0" * 18,
        b" %PDF-1.7",
    ],
)
def test_what_is_no_scan_is_refused_under_every_name(content):
    for suffix in sorted(PROOFS):
        assert "内容与扩展名不符" in refusal(f"a{suffix}", content)


@pytest.mark.parametrize(
    "name", ["a.exe", "a.html", "a.svg", "a.pdf.exe", "a.docm", "a.xlsm", "a", ".pdf", "a.", "pdf", "a.pdf "]
)
def test_other_kinds_are_refused_with_those_that_are_taken(name):
    message = refusal(name, PDF, SCANS)
    assert message == "不支持这种文件，请上传 jpeg、jpg、pdf、png 格式。"


def test_a_place_for_scans_takes_no_office_file():
    assert "不支持" in refusal("a.docx", DOCX, SCANS)


def test_old_and_html_workbooks_come_in_where_workbooks_are_asked_for():
    for content in (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html><table>", b"\xef\xbb\xbf<table>"):
        assert check_upload(upload("附件4.xls", content), WORKBOOKS) == ".xls"
    assert "不支持" in refusal("附件4.xls", b"<table>", PROOFS)


# How big it is --------------------------------------------------------------------------------


def test_twenty_megabytes_come_in_and_a_byte_more_does_not():
    whole = PDF + b"\0" * (settings.UPLOAD_MAX_BYTES - len(PDF))
    assert check_upload(upload("a.pdf", whole), SCANS) == ".pdf"
    assert refusal("a.pdf", whole + b"\0") == "文件超过 20 MB，请压缩后再传。"


def test_an_empty_file_is_said_to_be_empty():
    assert "空的" in refusal("a.pdf", b"")


# Office files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("suffix", "part"), [(".docx", "word/"), (".xlsx", "xl/")])
def test_an_office_file_with_a_macro_is_refused(suffix, part):
    for name in (f"{part}vbaProject.bin", f"{part}VBAPROJECT.BIN"):
        content = archive("[Content_Types].xml", f"{part}document.xml", name)
        assert "含有宏" in refusal(f"a{suffix}", content)


def test_any_other_zip_file_is_no_office_file():
    for content in (archive("a.exe"), archive("word/document.xml"), archive("[Content_Types].xml", "a.exe")):
        for suffix in (".docx", ".xlsx"):
            assert "内容与扩展名不符" in refusal(f"a{suffix}", content)


def test_a_file_that_unpacks_to_more_than_can_be_read_is_refused():
    bomb = archive("[Content_Types].xml", "xl/workbook.xml", sizes={"xl/workbook.xml": 200 * 1024 * 1024})
    assert len(bomb) < settings.UPLOAD_MAX_BYTES
    assert "展开后过大" in refusal("a.xlsx", bomb)


def test_parts_of_one_name_are_all_counted():
    # Written under five names of one length, which are made one afterwards.
    names = [f"xl/workbook{n}.xml" for n in range(5)]
    same = archive("[Content_Types].xml", *names, sizes=dict.fromkeys(names, 45 * 1024 * 1024))
    for name in names:
        same = same.replace(name.encode(), b"xl/workbook0.xml")
    assert "展开后过大" in refusal("a.xlsx", same)


@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(0, len(DOCX)), st.integers(0, len(DOCX) - 1), st.binary(min_size=1, max_size=4))
@example(len(DOCX), DOCX.rindex(b"PK\x01\x02") + 6, b"\xff\xff")
@example(len(DOCX), DOCX.rindex(b"PK\x05\x06") + 12, struct.pack("<I", 2**32 - 1))
def test_a_damaged_office_file_is_refused_or_taken_but_never_a_fault(end, place, junk):
    damaged = DOCX[:place] + junk + DOCX[place + len(junk) :]
    file = upload("a.docx", b"PK\x03\x04" + damaged[4:end])
    with suppress(Refused):
        assert check_upload(file, PROOFS) == ".docx"
    assert file.tell() == 0


# How it is kept -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_stored_is_what_came_with_its_digest_and_who_brought_it():
    zhou, content = factories.institution_admin_zhou(), PNG * 200_000
    kept = store("营业执照.PNG", content, by=zhou)
    kept.refresh_from_db()
    assert (kept.size, kept.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (kept.name, kept.suffix, kept.mime) == ("营业执照.PNG", ".png", "image/png")
    assert (kept.uploaded_by_id, kept.organisation_id, kept.uploaded_at) == (
        zhou.user_id,
        zhou.organisation_id,
        NOW,
    )
    with kept.file.open("rb") as file:
        assert file.read() == content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("/etc/cron.d/a.pdf", "a.pdf"),
        ("  附件 2\u3000扫描件.pdf", "附件 2 扫描件.pdf"),
        ("\u202a附件2\u200b.pdf", "附件2.pdf"),
        ("附件\u202efdp.exe.pdf", "附件fdp.exe.pdf"),
        ("附件\x00\x1f.pdf", "附件.pdf"),
        ("长" * 240 + ".pdf", "长" * 156 + ".pdf"),
    ],
)
def test_a_name_is_only_ever_shown_and_never_a_path(name, shown):
    kept = store(name)
    assert kept.name == shown
    assert kept.file.name == f"attachments/{kept.uuid.hex[:2]}/{kept.uuid.hex}.pdf"
    assert Path(kept.file.path).is_relative_to(settings.MEDIA_ROOT)


@pytest.mark.django_db
def test_the_files_lie_outside_of_what_the_web_server_serves(client):
    kept = store()
    assert not Path(kept.file.path).is_relative_to(settings.STATIC_ROOT)
    assert settings.MEDIA_URL in {"", "/"}
    for prefix in ("/media/", "/static/", "/", "/protected/", "/static/../media/"):
        assert client.get(f"{prefix}{kept.file.name}").status_code == 404
    patterns = [str(pattern.pattern) for pattern in get_resolver().url_patterns]
    assert not [p for p in patterns if "media" in p]


@pytest.mark.django_db
def test_two_files_of_one_name_are_two_files():
    first, second = store(content=PDF + b"1"), store(content=PDF + b"2")
    assert first.file.name != second.file.name
    with first.file.open("rb") as file:
        assert file.read() == PDF + b"1"


@pytest.mark.django_db
def test_what_is_refused_leaves_no_row_and_no_file():
    before = sorted(Path(settings.MEDIA_ROOT).rglob("*"))
    with pytest.raises(Refused):
        store("a.pdf", b"MZ")
    assert not Attachment.objects.exists()
    assert sorted(Path(settings.MEDIA_ROOT).rglob("*")) == before


@pytest.mark.django_db
def test_a_file_set_aside_is_off_the_case_and_stays_for_the_trail():
    first, second, other = store(), store(), store(purpose="licence")
    operations.set_aside(first, at=NOW)
    assert list(files_of("tests.case", 1, "scan")) == [second]
    assert list(files_of("tests.case", 1)) == [second, other]
    assert not files_of("tests.case", 2).exists()
    first.refresh_from_db()
    assert first.removed_at == NOW
    assert Path(first.file.path).exists()
    # The first time counts.
    operations.set_aside(first, at=NOW.replace(year=2024))
    first.refresh_from_db()
    assert first.removed_at == NOW


@pytest.mark.django_db
def test_the_limit_is_a_setting():
    with override_settings(UPLOAD_MAX_BYTES=1024 * 1024):
        assert refusal("a.pdf", PDF + b"\0" * 1024 * 1024) == "文件超过 1 MB，请压缩后再传。"
