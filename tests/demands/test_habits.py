"""Attachment 4 as counties send it from other software and with other habits: read back as it was meant."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Alignment, Border, Side

from demands import intake
from demands.rules.attachment4 import understand
from demands.rules.terms import KIND_SYNONYMS, TIER_SYNONYMS
from demands.rules.words import KIND_CODES, TIER_CODES
from pilot_portal.documents.sheets.read import read_workbook
from pilot_portal.documents.sheets.workbook import Merge, Sheet, SheetRow, Workbook
from tests.office import converted

REGIONS = {
    "荷塘区": ("荷塘", "株洲市荷塘区"),
    "芦淞区": ("芦淞", "湖南省株洲市芦淞区"),
    "天元区": ("天元", "株洲市天元区"),
    "攸县": ("株洲市攸县",),
    "醴陵市": ("醴陵", "株洲市醴陵市"),
}


@dataclass(frozen=True)
class Meant:
    """What a county means by a row."""

    company: str
    county: str
    services: tuple[str, ...]
    status: str
    target: str
    contact: str
    phone: str
    remark: str


ROWS = (
    Meant(
        *("株洲启明示例有限公司", "芦淞区", ("数智转型", "人才招引"), "创新型中小企业"),
        *("省级专精特新中小企业", "龚示例", "13800000001", "首批"),
    ),
    Meant(
        *("湖南示例（集团）股份有限公司", "醴陵市", ("上市辅导",), "国家级专精特新“小巨人”"),
        *("国省单项冠军", "贺示例", "0731-28680000", ""),
    ),
    Meant(
        *("攸县示例陶瓷有限公司", "攸县", ("检验检测", "技术创新", "咨询管理"), "升规入统"),
        *("创新型中小企业", "易示例", "13800000003", "已有意向机构"),
    ),
)


MERGED = tuple(replace(row, county="芦淞区", services=("数智转型",)) for row in ROWS)


def understood(content: bytes) -> list[tuple[Meant, tuple[str, ...]]]:
    """Every row of a workbook as understood, with what is doubted."""
    read = understand(
        read_workbook(content), regions=list(REGIONS), kinds=list(KIND_CODES), tiers=list(TIER_CODES)
    )
    assert read.error is None, read.error
    return [
        (
            Meant(
                *(row.company, row.county, row.services, row.status),
                *(row.target, row.contact, row.phone, row.remark),
            ),
            row.warn,
        )
        for sheet in read.sheets
        for row in sheet.rows
    ]


HEADERS = (
    "序号",
    "企业名称",
    "所属县市区",
    "所需服务",
    "企业现状",
    "发展目标",
    "企业联系人及联系电话",
    "备注",
)


def plain_row(number: int, row: Meant) -> list[Any]:
    services, contact = "、".join(row.services), f"{row.contact} {row.phone}"
    return [number, row.company, row.county, services, row.status, row.target, contact, row.remark]


class Book:
    """A workbook on its way: openpyxl writes it, LibreOffice makes it its own."""

    def __init__(self) -> None:
        self.book = openpyxl.Workbook()
        self.sheet = self.book.active
        self.sheet.title = "附件4"

    def add(self, *cells: Any) -> None:
        self.sheet.append(list(cells))

    def table(self, rows: Sequence[Meant] = ROWS, headers: Sequence[str] = HEADERS) -> None:
        self.add(*headers)
        for number, row in enumerate(rows, 1):
            self.add(*plain_row(number, row))

    def saved(self) -> bytes:
        out = BytesIO()
        self.book.save(out)
        return out.getvalue()


def bordered_title(book: Book) -> None:
    book.add("附件4")
    book.add("服务需求摸底汇总表")
    book.sheet.merge_cells("A2:H2")
    book.add("申报单位（盖章）：芦淞区科技和工业信息化局      所在地：芦淞区")
    book.table()
    book.add("注：企业现状和发展目标按六种类型填写。")
    line = Side(style="thin")
    for cells in book.sheet["A4:H7"]:
        for cell in cells:
            cell.border, cell.alignment = Border(left=line, top=line), Alignment(wrap_text=True)


def split_contact(book: Book) -> None:
    book.add(*HEADERS[:6], "联系人", "联系电话", "备注")
    for number, row in enumerate(ROWS, 1):
        phone = int(row.phone) if row.phone.isdigit() else row.phone
        book.add(*plain_row(number, row)[:6], row.contact, phone, row.remark)


def two_row_header(book: Book) -> None:
    book.add("序号", "企业名称", "所属县市区", "所需服务", "企业类型", None, "联系方式", None, "备注")
    book.add(None, None, None, None, "企业现状", "发展目标", "联系人", "联系电话", None)
    for place in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1", "G1:H1", "I1:I2"):
        book.sheet.merge_cells(place)
    for number, row in enumerate(ROWS, 1):
        book.add(*plain_row(number, row)[:6], row.contact, row.phone, row.remark)


def without_serial_and_in_other_order(book: Book) -> None:
    book.add("所属区县", "公司名称", "电话", "联系人姓名", "需求服务", "目前类型", "目标", "备注")
    for row in ROWS:
        where = (row.county, row.company, row.phone, row.contact)
        book.add(*where, "，".join(row.services), row.status, row.target, row.remark)


def short_words(book: Book) -> None:
    book.add(*HEADERS)
    kinds, tiers = (
        {word: short for short, word in words.items()} for words in (KIND_SYNONYMS, TIER_SYNONYMS)
    )
    for number, row in enumerate(ROWS, 1):
        services = "；".join(f"{n}.{kinds.get(word, word)}" for n, word in enumerate(row.services, 1))
        status, target = (tiers.get(word, word) for word in (row.status, row.target))
        book.add(
            *(number, row.company, REGIONS[row.county][0], services, status, target),
            *(f"{row.contact}\n{row.phone}", row.remark),
        )


def several_sheets(book: Book) -> None:
    book.sheet.title = "城区"
    book.table(ROWS[:1])
    other = book.book.create_sheet("乡镇")
    book.sheet = other
    book.table(ROWS[1:])
    book.book.create_sheet("填表说明").append(["请按要求填写"])


def merged_services(book: Book) -> None:
    book.table(MERGED)
    book.sheet.merge_cells("C2:C4")
    book.sheet.merge_cells("D2:D4")


def full_width(book: Book) -> None:
    wide = str.maketrans("0123456789-", "０１２３４５６７８９－")
    book.add(*HEADERS)
    for number, row in enumerate(ROWS, 1):
        cells = plain_row(number, row)
        book.add(*cells[:6], f"　{row.contact}：{row.phone.translate(wide)}", cells[7])


def totals_and_signatures(book: Book) -> None:
    book.table()
    book.add("合计", "3家")
    book.add("填表人：王示例", None, None, "审核人：李示例", None, None, "填表日期：2023年3月8日")


def repeated_header(book: Book) -> None:
    book.table(ROWS[:2])
    book.add(*HEADERS)
    book.add(*plain_row(3, ROWS[2]))


# Files that other software writes: what was done to the table, and the format it is sent in.
TEN = (
    (bordered_title, "xlsx", ROWS),
    (split_contact, "xls:MS Excel 97", ROWS),
    (two_row_header, "ods", ROWS),
    (without_serial_and_in_other_order, "xls:MS Excel 97", ROWS),
    (short_words, "xlsx", ROWS),
    (several_sheets, "ods", ROWS),
    (merged_services, "xls:MS Excel 97", MERGED),
    (merged_services, "ods", MERGED),
    (merged_services, "html:HTML (StarCalc)", MERGED),
    (full_width, "html:HTML (StarCalc)", ROWS),
    (totals_and_signatures, "ods", ROWS),
    (repeated_header, "xlsx", ROWS),
)


@pytest.mark.parametrize(("habit", "form", "meant"), TEN, ids=[f"{h.__name__}-{f[:4]}" for h, f, _ in TEN])
def test_files_of_other_software_are_read_as_they_were_meant(habit, form, meant, need, tmp_path):
    book = Book()
    habit(book)
    source = tmp_path / "source" / "需求.xlsx"
    source.parent.mkdir()
    source.write_bytes(book.saved())
    content = converted(need("soffice"), source, form, tmp_path).read_bytes()
    assert understood(content) == [(row, ()) for row in meant]


@pytest.mark.django_db
def test_a_web_page_named_xls_and_a_wps_file_named_et_come_in_as_uploads(need, tmp_path):
    book = Book()
    bordered_title(book)
    source = tmp_path / "需求.xlsx"
    source.write_bytes(book.saved())
    for form, name in (("html:HTML (StarCalc)", "需求.xls"), ("xls:MS Excel 97", "需求.et")):
        made = converted(need("soffice"), source, form, tmp_path)
        renamed = Path(shutil.move(made, tmp_path / name))
        parsed, _ = intake.parse_upload(SimpleUploadedFile(name, renamed.read_bytes()), "DEMANDS")
        assert parsed["error"] is None
        assert [row["company"] for row in parsed["sheets"][0]["rows"]] == [row.company for row in ROWS]


# A random table with random habits --------------------------------------------------------

NAME_PARTS = st.text(st.sampled_from("启明云帆轨道精密陶瓷服饰新材电子䶮𬭎"), min_size=2, max_size=8)
FORMS = st.sampled_from(["有限公司", "（集团）股份有限公司", "厂"])
COMPANY = st.builds("株洲{}示例{}".format, NAME_PARTS, FORMS)
PERSON = st.text(st.sampled_from("王李张龚贺易"), min_size=1, max_size=2).map(lambda name: f"{name}示例")
PHONE = st.one_of(
    st.integers(0, 99).map(lambda n: f"138000000{n:02d}"),
    st.integers(2, 8).map(lambda n: f"0731-{n}8680000"),
)
REMARK = st.text(st.sampled_from("首批已有意向待定需现场诊断"), max_size=8)
ROW = st.builds(
    Meant,
    COMPANY,
    st.sampled_from(list(REGIONS)),
    st.lists(st.sampled_from(list(KIND_CODES)), min_size=1, max_size=4, unique=True).map(tuple),
    st.sampled_from(list(TIER_CODES)),
    st.sampled_from(list(TIER_CODES)),
    PERSON,
    PHONE,
    REMARK,
)
TABLE = st.lists(ROW, min_size=1, max_size=8, unique_by=lambda row: row.company)
SEPARATOR = st.sampled_from(["、", "，", ",", "；", "\n", " ", "/", "＋"])
NAMES: dict[str, tuple[str, ...]] = {
    "company": ("企业名称", "公司名称", "单位名称", "企业(单位)名称", " 企 业 名 称 "),
    "county": ("所属县市区", "所在县区", "县市区", "属地"),
    "services": ("所需服务", "服务需求", "需求类型", "所需服务（可多选）"),
    "status": ("企业现状", "现状", "企业类型", "目前梯度"),
    "target": ("发展目标", "培育目标", "目标"),
    "joined": ("企业联系人及联系电话", "联系人及电话", "联系人、联系电话"),
    "contact": ("联系人", "企业联系人", "联系人姓名"),
    "phone": ("联系电话", "手机号码", "联系方式", "电话"),
    "remark": ("备注", "备注（选填）", "说明"),
}


@st.composite
def habits(draw: Any) -> tuple[list[Meant], Workbook]:
    """A table as it was meant, and a sheet on which somebody wrote it in his own way."""
    rows = draw(TABLE)
    columns = ["company", "county", "services", "status", "target"]
    columns += ["contact", "phone"] if draw(st.booleans()) else ["joined"]
    columns = [*draw(st.permutations(columns)), "remark"]
    left = draw(st.integers(0, 2))
    lines: list[tuple[Any, ...]] = []
    if draw(st.booleans()):
        lines.append(("附件4",))
    if draw(st.booleans()):
        lines.append(("2023年服务需求摸底汇总表",))
    if draw(st.booleans()):
        lines.append(("申报单位（盖章）：示例局    所在地：芦淞区",))
    lines += [()] * draw(st.integers(0, 3))
    serial = draw(st.booleans())
    pad = ("",) * left
    head = [draw(st.sampled_from(NAMES[name])) for name in columns]
    lines.append((*pad, *(["序号"] if serial else []), *head))
    for number, row in enumerate(rows, 1):
        cells = [_written(draw, row, name) for name in columns]
        lines.append((*pad, *([float(number)] if serial else []), *cells))
        lines += [()] * draw(st.integers(0, 1))
    if draw(st.booleans()):
        lines.append((*pad, "合计", f"{len(rows)}家"))
    if draw(st.booleans()):
        lines.append((*pad, "注：所需服务按十大类型填写。"))
    made = tuple(SheetRow(n, tuple(cells)) for n, cells in enumerate(lines, 1) if any(map(str, cells)))
    titled = left == 0 and len(lines[0]) == 1
    merges = (Merge(1, 1, 1, 8),) if titled and draw(st.booleans()) else ()
    return rows, Workbook("xlsx", (Sheet("示例", visible=True, rows=made, merges=merges),))


def _written(draw: Any, row: Meant, name: str) -> Any:
    """One cell as somebody writes it."""
    if name == "county":
        return draw(st.sampled_from([row.county, *REGIONS[row.county]]))
    if name == "services":
        own = [draw(st.sampled_from(_ways(word, KIND_SYNONYMS))) for word in row.services]
        return draw(SEPARATOR).join(own)
    if name in {"status", "target"}:
        word = draw(st.sampled_from(_ways(getattr(row, name), TIER_SYNONYMS)))
        return draw(st.sampled_from([word, f" {word} ", word.replace("“", '"').replace("”", '"')]))
    if name == "phone":
        return float(row.phone) if row.phone.isdigit() and draw(st.booleans()) else row.phone
    if name == "joined":
        between = draw(st.sampled_from([" ", "\n", "，", "：", "  ", ""]))
        return f"{row.contact}{between}{row.phone}"
    text = getattr(row, name)
    return draw(st.sampled_from([text, f"  {text}", f"{text} "])) if text else text


def _ways(word: str, synonyms: dict[str, str]) -> list[str]:
    return [word, *(synonym for synonym, official in synonyms.items() if official == word)]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(habits())
def test_a_table_in_anybody_s_habits_reads_back_exactly(written):
    meant, book = written
    read = understand(book, regions=list(REGIONS), kinds=list(KIND_CODES), tiers=list(TIER_CODES))
    assert read.error is None
    rows = [row for sheet in read.sheets for row in sheet.rows]
    assert [
        Meant(
            *(row.company, row.county, row.services, row.status),
            *(row.target, row.contact, row.phone, row.remark),
        )
        for row in rows
    ] == meant
    assert [row.notes for row in rows] == [() for _ in meant]
