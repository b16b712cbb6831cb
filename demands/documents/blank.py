"""The empty tables to hand out: Attachment 4 of a round, the list of a county's firms."""

from openpyxl.styles import Font

from demands.documents.common import BUREAU
from demands.rules import library
from demands.rules.headers import COMPANY, CONTACT, COUNTY, PHONE
from demands.rules.words import KIND_CODES, TIER_CODES
from pilot_portal.codes.models import Chain
from pilot_portal.codes.queries import labels
from pilot_portal.documents.sheets.blank import BlankTable, Choice, Line, blank_table
from pilot_portal.documents.sheets.template4 import BlankAttachment4, blank_attachment4
from pilot_portal.documents.sheets.write import SONG
from pilot_portal.regions.models import Region
from pilot_portal.regions.queries import active_regions
from pilot_portal.rounds.models import Round


def blank_form(round: Round, region: Region | None) -> tuple[str, bytes]:
    """The name and the bytes of the empty form, for one county or the whole city."""
    form = BlankAttachment4(
        round_title=round.title,
        unit=region.department if region else BUREAU,
        place=region.name if region else "株洲市",
        counties=list(active_regions().values_list("name", flat=True)),
        kinds=list(KIND_CODES),
        tiers=list(TIER_CODES),
    )
    place = region.name if region else "全市"
    return f"附件4 服务需求摸底汇总表（空白）{place} {round.code}.xlsx", blank_attachment4(form)


_LIBRARY_WIDTHS: tuple[tuple[str, float], ...] = (
    (COMPANY, 30),
    (library.CODE, 22),
    (COUNTY, 14),
    (library.LEGAL, 12),
    (library.TITLE, 26),
    (library.GRANTED, 12),
    (library.EXPIRES, 12),
    (library.RULE, 16),
    (library.EVIDENCE, 20),
    (library.CHAIN, 24),
    (library.LINK, 16),
    (library.SIZE, 8),
    (library.INDUSTRY, 10),
    (library.MANUFACTURING, 8),
    (library.ABOVE, 8),
    (library.SINCE, 12),
    (CONTACT, 12),
    (PHONE, 16),
    (library.CONSENT, 10),
    (library.PROOF, 20),
)
# The columns of the library as they are handed out.
LIBRARY_COLUMNS: tuple[tuple[str, float], ...] = (
    ("序号", 6),
    *((library.LABELS[name], wide) for name, wide in _LIBRARY_WIDTHS),
)
LIBRARY_HINTS = (
    "一行填一家企业的一个称号；企业有几个称号的，填几行，企业名称和信用代码照填。",
    "认定日期写成 2022-08-05；有效期至不填时，按认定之日起三年计算。",
    "空白的单元格不会改动企业库中已有的内容。",
    "同意公开企业名称填“是”的，须写明依据（如授权书日期），否则不作为同意。",
    "信用代码和电话列已设为文本，号码不会被改写。不要改动表头，不要合并单元格。",
)


def blank_library(region: Region | None) -> tuple[str, bytes]:
    """The name and the bytes of the empty list of a county's firms."""
    place = region.name if region else "株洲市"
    headers = [header for header, _ in LIBRARY_COLUMNS]

    def columns(*names: str) -> list[int]:
        return [headers.index(library.LABELS[name]) for name in names]

    title = f"{place}优质中小企业梯度培育库"
    flags = (library.MANUFACTURING, library.ABOVE, library.CONSENT)
    form = BlankTable(
        name="企业库",
        lines=(Line(title, Font(name=SONG, size=18, bold=True), 34, centred=True),),
        headers=headers,
        widths=[wide for _, wide in LIBRARY_COLUMNS],
        hints=LIBRARY_HINTS,
        hints_title=title,
        choices=(
            Choice("可选的县市区", list(active_regions().values_list("name", flat=True)), columns(COUNTY)),
            Choice("可选的称号", list(TIER_CODES), columns(library.TITLE)),
            Choice("可选的产业链", list(labels(Chain).values()), columns(library.CHAIN)),
            Choice("企业规模", library.SIZES, columns(library.SIZE)),
            Choice("是或否", ("是", "否"), columns(*flags)),
        ),
        centred=frozenset({0}),
    )
    return f"企业库（空白）{place}.xlsx", blank_table(form)
