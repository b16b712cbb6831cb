"""Workbooks of demands, as things stand."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from demands.documents.attachment4 import form_row
from demands.documents.common import BUREAU
from demands.models import Demand
from demands.queries.summaries import attachment_demands, attachment_row, export_demands
from demands.rules.draft import FEN_PER_WAN
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.documents.pdf.forms import (
    Attachment4Data,
    Attachment4Row,
)
from pilot_portal.documents.registry import SheetKind
from pilot_portal.documents.sheets import Column, TableSheet, write_attachment4, write_table
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round

CHUNK = 2000


def _may_export(actor: Actor, _round: Round, region: Region | None) -> bool:
    if actor.is_system or actor.reads_city:
        return True
    return actor.is_county and region is not None and actor.region_id == region.pk


def _attachment_rows(round: Round, region: Region | None) -> Iterator[Attachment4Row]:
    for demand in attachment_demands(round.pk, region.pk if region else None).iterator(chunk_size=CHUNK):
        yield form_row(attachment_row(demand))


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
