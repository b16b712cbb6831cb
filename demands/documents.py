"""The papers and workbooks of demands: a county's Attachment 4, the published list, plain exports.

Papers are built from what is frozen (a county's summary, a publication's payload); workbooks show things as
they stand.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from django.conf import settings
from django.db.models import Max

from demands.models import CountySummary, Demand, DemandList
from demands.queries.summaries import attachment_demands, attachment_row, export_demands
from demands.rules.draft import FEN_PER_WAN
from pilot_portal.accounts.actors import Actor
from pilot_portal.bulletin.queries import standing
from pilot_portal.common import clock
from pilot_portal.documents.pdf import Imprint, canonical, load_fonts, save
from pilot_portal.documents.pdf.forms import (
    Attachment4Data,
    Attachment4Row,
    DemandListData,
    DemandListRow,
    attachment4,
    demand_list,
)
from pilot_portal.documents.registry import PaperKind, Printing, SheetKind
from pilot_portal.documents.sheets import Column, TableSheet, write_attachment4, write_table
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round

BUREAU = "株洲市工业和信息化局"
CHUNK = 2000


def _banner(round: Round) -> dict[str, Any]:
    """A rehearsal and a demonstration say so on every page."""
    return {"banner": "征求意见" if round.is_rehearsal else "", "specimen": round.is_demo}


# 附件4 ----------------------------------------------------------------------------------


def _summary(pk: int) -> CountySummary | None:
    return CountySummary.objects.select_related("round", "region").filter(pk=pk).first()


def _summary_by_number(number: str) -> CountySummary | None:
    return CountySummary.objects.select_related("round", "region").filter(number=number).first()


def _sees_summary(actor: Actor, summary: CountySummary) -> bool:
    return actor.reads_city or actor.is_system or (actor.is_county and actor.region_id == summary.region_id)


def _row(row: dict[str, Any]) -> Attachment4Row:
    return Attachment4Row(
        company=row["company"],
        county=row["county"],
        services=tuple(row["services"]),
        status=row["status"],
        target=row["target"],
        contact=row["contact"],
        remark=row["remark"],
    )


def _build_summary(summary: CountySummary, printing: Printing) -> bytes:
    fonts = load_fonts(settings.PORTAL_FONTS)
    data = Attachment4Data(
        unit=summary.data["unit"],
        place=summary.data["place"],
        rows=tuple(_row(row) for row in summary.data["rows"]),
        imprint=Imprint(
            number=summary.number,
            version=f"第{summary.edition}版",
            digest=summary.data.get("digest", ""),
            verify_url=printing.verify_url,
            **_banner(summary.round),
        ),
    )
    return save(attachment4(data, fonts), fonts, attached=canonical(data))


def _summary_standing(summary: CountySummary) -> str:
    editions = CountySummary.objects.filter(round=summary.round_id, region=summary.region_id)
    last = editions.aggregate(last=Max("edition"))["last"]
    return f"该汇总表已有第 {last} 版，本件是第 {summary.edition} 版。" if last > summary.edition else ""


def _newest_number(model: type[CountySummary]) -> str | None:
    return model.objects.order_by("-pk").values_list("number", flat=True).first()


ATTACHMENT_4 = PaperKind(
    code="attachment-4",
    title="服务需求摸底汇总表（附件4）",
    get=_summary,
    find=_summary_by_number,
    number=lambda summary: summary.number,
    build=_build_summary,
    may_see=_sees_summary,
    file_name=lambda summary: f"附件4 服务需求摸底汇总表 {summary.region.name} {summary.number}.pdf",
    example=lambda: _newest_number(CountySummary),
    date=lambda summary: summary.made_at,
    standing=_summary_standing,
)


# 企业服务需求表 ---------------------------------------------------------------------------


def _list(pk: int) -> DemandList | None:
    return DemandList.objects.select_related("round", "publication").filter(pk=pk).first()


def _list_by_number(number: str) -> DemandList | None:
    return (
        DemandList.objects.select_related("round", "publication").filter(publication__number=number).first()
    )


def _build_list(listed: DemandList, printing: Printing) -> bytes:
    fonts = load_fonts(settings.PORTAL_FONTS)
    payload = listed.publication.payload
    data = DemandListData(
        year=listed.round.year,
        batch=listed.ordinal,
        issuer=BUREAU,
        issued_on=clock.beijing_date(listed.published_at),
        window=f"揭榜时间：{payload.get('window', '')}",
        rows=tuple(
            DemandListRow(
                number=row["number"],
                company=row["company"],
                county=row["county"],
                services=tuple(row["services"]),
                status=row["status"],
                target=row["target"],
            )
            for row in payload["rows"]
        ),
        number=listed.publication.document_number,
        imprint=Imprint(
            number=listed.publication.number, verify_url=printing.verify_url, **_banner(listed.round)
        ),
    )
    return save(demand_list(data, fonts), fonts, attached=canonical(data))


DEMAND_LIST = PaperKind(
    code="demand-list",
    title="企业服务需求表",
    get=_list,
    find=_list_by_number,
    number=lambda listed: listed.publication.number,
    build=_build_list,
    may_see=lambda _actor, _listed: True,
    file_name=lambda listed: f"{listed.round.year}年企业服务需求表（第{listed.ordinal}批）.pdf",
    example=lambda: DemandList.objects.order_by("-pk").values_list("publication__number", flat=True).first(),
    date=lambda listed: listed.published_at,
    standing=lambda listed: standing(listed.publication),
)


# Workbooks ------------------------------------------------------------------------------


def _may_export(actor: Actor, _round: Round, region: Region | None) -> bool:
    if actor.is_system or actor.reads_city:
        return True
    return actor.is_county and region is not None and actor.region_id == region.pk


def _attachment_rows(round: Round, region: Region | None) -> Iterator[Attachment4Row]:
    for demand in attachment_demands(round.pk, region.pk if region else None).iterator(chunk_size=CHUNK):
        yield _row(attachment_row(demand))


def _build_attachment_sheet(
    round: Round,
    region: Region | None,
    stream: BinaryIO,
    actor: Actor,
    at: dt.datetime,
) -> int:
    place = region.name if region else "株洲市"
    unit = region.department if region else BUREAU
    data = Attachment4Data(unit=unit, place=place, rows=())
    return write_attachment4(data, stream, _attachment_rows(round, region), at=at)


ATTACHMENT_4_SHEET = SheetKind(
    code="attachment-4-xlsx",
    title="服务需求摸底汇总表（附件4）",
    may_see=_may_export,
    build=_build_attachment_sheet,
    file_name=lambda round_, region: (
        f"附件4 服务需求摸底汇总表 {region.name if region else '全市'} {round_.code}.xlsx"
    ),
)

COLUMNS = (
    Column("需求编号", width=15),
    Column("企业名称", width=32),
    Column("统一社会信用代码", kind="text", width=22),
    Column("所属县市区", width=12),
    Column("所需服务", width=24),
    Column("企业现状", width=22),
    Column("发展目标", width=22),
    Column("需求标题", width=32),
    Column("现状和困难", width=40),
    Column("希望达到", width=40),
    Column("希望完成日期", kind="date"),
    Column("预算（万元）", kind="money"),
    Column("希望以转型收益支付", width=12),
    Column("企业联系人", width=12),
    Column("联系电话", kind="text", width=18),
    Column("备注", width=20),
    Column("状态", width=14),
    Column("提交时间", kind="text", width=18),
    Column("发布时间", kind="text", width=18),
)


def _moment(moment: dt.datetime | None) -> str:
    return f"{clock.beijing(moment):%Y-%m-%d %H:%M}" if moment else ""


def _export_row(demand: Demand) -> tuple[Any, ...]:
    row = attachment_row(demand)
    budget = None if demand.budget_fen is None else Decimal(demand.budget_fen) / FEN_PER_WAN
    return (
        demand.number or "",
        row["company"],
        demand.enterprise.credit_code or "",
        row["county"],
        "、".join(row["services"]),
        row["status"],
        row["target"],
        demand.title,
        demand.situation,
        demand.wish,
        demand.due_on,
        budget,
        "是" if demand.pays_from_gains else "",
        demand.contact,
        demand.phone,
        demand.remark,
        Demand.State(demand.state).label,
        _moment(demand.submitted_at),
        _moment(demand.published_at),
    )


def _build_export(
    round: Round,
    region: Region | None,
    stream: BinaryIO,
    actor: Actor,
    at: dt.datetime,
) -> int:
    place = region.name if region else "全市"
    sheet = TableSheet(
        title=f"{round.year}年企业服务需求 {place}",
        columns=COLUMNS,
        cover=(
            ("筛选条件", f"{round.title} · {place} · 已提交的全部需求"),
            ("导出时间", f"{_moment(at)}（北京时间）"),
            ("导出人", actor.display),
            ("用途", "工作使用，含联系方式，请勿外传"),
        ),
    )
    demands = export_demands(round.pk, region.pk if region else None).iterator(chunk_size=CHUNK)
    return write_table(sheet, (_export_row(demand) for demand in demands), stream)


DEMANDS_SHEET = SheetKind(
    code="demands",
    title="企业服务需求清单",
    may_see=_may_export,
    build=_build_export,
    file_name=lambda round_, region: (
        f"企业服务需求清单 {region.name if region else '全市'} {round_.code}.xlsx"
    ),
)
