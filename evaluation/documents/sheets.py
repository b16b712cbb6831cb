"""The workbooks of the year's end: the figures of the evaluation, the cultivation results; as they stand."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from evaluation import queries
from evaluation.models import Evaluation, Result
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.documents.registry import SheetKind, SheetOrder
from pilot_portal.documents.sheets import Column, TableSheet, write_table
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round

FEN = 100


def _table(order: SheetOrder, place: str, words: tuple[str, str], columns: tuple[Column, ...]) -> TableSheet:
    title, selection = words
    return TableSheet(
        title=f"{order.round.year}年{title} {place}",
        columns=columns,
        cover=(
            ("筛选条件", f"{order.round.title} · {place} · {selection}"),
            ("导出时间", f"{clock.beijing(order.at):%Y-%m-%d %H:%M}（北京时间）"),
            ("导出人", order.actor.display),
            ("用途", "工作使用，请勿外传"),
        ),
    )


# 期满评价 -------------------------------------------------------------------------------

EVALUATION_COLUMNS = (
    Column("名次", kind="int", width=8),
    Column("服务机构（平台）名称", width=32),
    Column("县市区", width=12),
    Column("应收问卷（份）", kind="int", width=10),
    Column("收回问卷（份）", kind="int", width=10),
    Column("满意份数（份）", kind="int", width=10),
    Column("不计入（份）", kind="int", width=10),
    Column("综合得分", kind="money", width=10),
    Column("验收服务企业（家）", kind="int", width=10),
    Column("承诺服务企业（家）", kind="int", width=10),
    Column("系统提示", width=20),
    Column("状态", width=12),
    Column("决定", width=10),
    Column("文号", width=20),
    Column("奖补状态", width=12),
    Column("奖补金额（元）", kind="money", width=14),
)


def _may_export_evaluations(actor: Actor, _round: Round, region: Region | None) -> bool:
    return region is None and (actor.is_system or actor.reads_city)


def _evaluation_rows(round: Round, actor: Actor) -> Iterator[tuple[Any, ...]]:
    awarded = {award.pilot_id: award for award in queries.visible_awards(actor).filter(round=round)}
    for row in queries.by_rank(queries.visible_evaluations(actor).filter(round=round)):
        award = awarded.get(row.pilot_id)
        yield (
            row.rank,
            row.pilot.organisation.name,
            row.pilot.region.name,
            row.questionnaires,
            row.answered,
            row.satisfied,
            row.left_out,
            row.score,
            row.served,
            row.committed,
            Evaluation.Verdict(row.proposal).label,
            row.get_state_display(),
            row.get_decision_display(),
            row.decision_number,
            award.get_state_display() if award else "",
            Decimal(award.amount_fen) / FEN if award else None,
        )


def _build_evaluations(order: SheetOrder, stream: BinaryIO) -> int:
    table = _table(order, "全市", ("期满评价汇总表", "全部机构"), EVALUATION_COLUMNS)
    return write_table(table, _evaluation_rows(order.round, order.actor), stream)


EVALUATIONS_SHEET = SheetKind(
    code="evaluations",
    title="期满评价汇总表",
    may_see=_may_export_evaluations,
    build=_build_evaluations,
    file_name=lambda round_, _region: f"期满评价汇总表 {round_.code}.xlsx",
)


# 培育成果 -------------------------------------------------------------------------------

RESULT_COLUMNS = (
    Column("企业名称", width=32),
    Column("县市区", width=12),
    Column("达到的称号", width=28),
    Column("认定日期", kind="date"),
    Column("认定文件", width=32),
    Column("申报机构", width=32),
    Column("补充统计", width=10),
    Column("状态", width=14),
)


def _may_export_results(actor: Actor, _round: Round, region: Region | None) -> bool:
    if actor.is_system or actor.reads_city:
        return True
    return actor.is_county and region is not None and actor.region_id == region.pk


def _result_rows(round: Round, region: Region | None, actor: Actor) -> Iterator[tuple[Any, ...]]:
    rows = queries.visible_results(actor).filter(round=round).order_by("pk")
    for row in rows.filter(enterprise__region=region) if region else rows:
        yield (
            row.enterprise.name,
            row.enterprise.region.name,
            row.tier.label,
            row.reached_on,
            row.evidence,
            row.pilot.organisation.name,
            "是" if row.is_supplementary else "",
            Result.State(row.state).label,
        )


def _build_results(order: SheetOrder, stream: BinaryIO) -> int:
    place = order.region.name if order.region else "全市"
    table = _table(order, place, ("培育成果清单", "全部成果"), RESULT_COLUMNS)
    return write_table(table, _result_rows(order.round, order.region, order.actor), stream)


RESULTS_SHEET = SheetKind(
    code="results",
    title="培育成果清单",
    may_see=_may_export_results,
    build=_build_results,
    file_name=lambda round_, region: f"培育成果清单 {region.name if region else '全市'} {round_.code}.xlsx",
)
