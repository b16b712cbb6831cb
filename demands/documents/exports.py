"""Workbooks of demands, as things stand: Attachment 4 for any list, and free exports with chosen columns."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

from django.db.models import QuerySet

from demands.documents.attachment4 import form_row
from demands.documents.common import BUREAU
from demands.models import Demand
from demands.queries.summaries import attachment_demands, attachment_row, export_demands
from demands.rules.draft import FEN_PER_WAN
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.documents.pdf.forms import Attachment4Data, Attachment4Row
from pilot_portal.documents.registry import SheetKind, SheetOrder
from pilot_portal.documents.sheets import Column, TableSheet, write_attachment4, write_table
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round

CHUNK = 2000


def _may_export(actor: Actor, _round: Round, region: Region | None) -> bool:
    if actor.is_system or actor.reads_city:
        return True
    return actor.is_county and region is not None and actor.region_id == region.pk


def _key(region: Region | None) -> int | None:
    return region.pk if region else None


def _listed(order: SheetOrder, demands: QuerySet[Demand]) -> Iterator[Demand]:
    """The demands of an order, few of them in memory at a time."""
    total = demands.order_by().prefetch_related(None).values("pk").distinct().count()
    return order.heard(demands.iterator(chunk_size=CHUNK), total)


def _attachment_rows(order: SheetOrder) -> Iterator[Attachment4Row]:
    demands = attachment_demands(order.round.pk, _key(order.region), order.query)
    for demand in _listed(order, demands):
        yield form_row(attachment_row(demand))


def _build_attachment_sheet(order: SheetOrder, stream: BinaryIO) -> int:
    place = order.region.name if order.region else "株洲市"
    unit = order.region.department if order.region else BUREAU
    data = Attachment4Data(unit=unit, place=place, rows=())
    return write_attachment4(data, stream, _attachment_rows(order), at=order.at)


ATTACHMENT_4_SHEET = SheetKind(
    code="attachment-4-xlsx",
    title="服务需求摸底汇总表（附件4）",
    may_see=_may_export,
    build=_build_attachment_sheet,
    file_name=lambda round_, region: (
        f"附件4 服务需求摸底汇总表 {region.name if region else '全市'} {round_.code}.xlsx"
    ),
    has_page=True,
)


@dataclass(frozen=True)
class ExportColumn:
    """A column that may be chosen: how it looks, what stands in it, whether it tells who to call."""

    column: Column
    value: Callable[[Demand, dict[str, Any]], Any]
    is_personal: bool = False


def _moment(moment: dt.datetime | None) -> str:
    return f"{clock.beijing(moment):%Y-%m-%d %H:%M}" if moment else ""


def _budget(demand: Demand) -> Decimal | None:
    return None if demand.budget_fen is None else Decimal(demand.budget_fen) / FEN_PER_WAN


def _chain(demand: Demand) -> str:
    return demand.enterprise.chain.label if demand.enterprise.chain else ""


COLUMNS: dict[str, ExportColumn] = {
    "number": ExportColumn(Column("需求编号", width=15), lambda d, _row: d.number or ""),
    "company": ExportColumn(Column("企业名称", width=32), lambda _d, row: row["company"]),
    "credit_code": ExportColumn(
        Column("统一社会信用代码", kind="text", width=22), lambda d, _row: d.enterprise.credit_code or ""
    ),
    "county": ExportColumn(Column("所属县市区", width=12), lambda _d, row: row["county"]),
    "chain": ExportColumn(Column("产业链", width=20), lambda d, _row: _chain(d)),
    "services": ExportColumn(Column("所需服务", width=24), lambda _d, row: "、".join(row["services"])),
    "status": ExportColumn(Column("企业现状", width=22), lambda _d, row: row["status"]),
    "target": ExportColumn(Column("发展目标", width=22), lambda _d, row: row["target"]),
    "title": ExportColumn(Column("需求标题", width=32), lambda d, _row: d.title),
    "situation": ExportColumn(Column("现状和困难", width=40), lambda d, _row: d.situation),
    "wish": ExportColumn(Column("希望达到", width=40), lambda d, _row: d.wish),
    "due_on": ExportColumn(Column("希望完成日期", kind="date"), lambda d, _row: d.due_on),
    "budget": ExportColumn(Column("预算（万元）", kind="money"), lambda d, _row: _budget(d)),
    "pays_from_gains": ExportColumn(
        Column("希望以转型收益支付", width=12), lambda d, _row: "是" if d.pays_from_gains else ""
    ),
    "contact": ExportColumn(Column("企业联系人", width=12), lambda d, _row: d.contact, is_personal=True),
    "phone": ExportColumn(
        Column("联系电话", kind="text", width=18), lambda d, _row: d.phone, is_personal=True
    ),
    "remark": ExportColumn(Column("备注", width=20), lambda d, _row: d.remark),
    "origin": ExportColumn(Column("来源", width=12), lambda d, _row: Demand.Origin(d.origin).label),
    "state": ExportColumn(Column("状态", width=14), lambda d, _row: Demand.State(d.state).label),
    "public_title": ExportColumn(Column("发布标题", width=32), lambda d, _row: d.public_title),
    "submitted_at": ExportColumn(
        Column("提交时间", kind="text", width=18), lambda d, _row: _moment(d.submitted_at)
    ),
    "published_at": ExportColumn(
        Column("发布时间", kind="text", width=18), lambda d, _row: _moment(d.published_at)
    ),
}
USUAL = tuple(name for name, chosen in COLUMNS.items() if not chosen.is_personal)


def _export_rows(order: SheetOrder, chosen: list[ExportColumn]) -> Iterator[tuple[Any, ...]]:
    demands = export_demands(order.round.pk, _key(order.region), order.query)
    for demand in _listed(order, demands):
        row = attachment_row(demand)
        yield tuple(column.value(demand, row) for column in chosen)


def _build_export(order: SheetOrder, stream: BinaryIO) -> int:
    place = order.region.name if order.region else "全市"
    names = [name for name in COLUMNS if name in order.columns] or list(USUAL)
    chosen = [COLUMNS[name] for name in names]
    personal = any(column.is_personal for column in chosen)
    sheet = TableSheet(
        title=f"{order.round.year}年企业服务需求 {place}",
        columns=tuple(column.column for column in chosen),
        cover=(
            ("筛选条件", f"{order.round.title} · {place} · {order.words or '已提交的全部需求'}"),
            ("导出时间", f"{_moment(order.at)}（北京时间）"),
            ("导出人", order.actor.display),
            ("用途", order.purpose or "工作使用"),
            ("提示", "含联系方式，仅限所述用途，请勿外传" if personal else "不含联系方式"),
        ),
    )
    return write_table(sheet, _export_rows(order, chosen), stream, at=order.at)


DEMANDS_SHEET = SheetKind(
    code="demands",
    title="企业服务需求清单",
    may_see=_may_export,
    build=_build_export,
    file_name=lambda round_, region: (
        f"企业服务需求清单 {region.name if region else '全市'} {round_.code}.xlsx"
    ),
    has_page=True,
)
