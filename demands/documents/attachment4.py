"""A county's Attachment 4, built from its frozen edition."""

from typing import Any

from django.conf import settings
from django.db.models import Max

from demands.documents.common import banner
from demands.models import CountySummary
from pilot_portal.accounts.actors import Actor
from pilot_portal.documents.pdf import Imprint, canonical, load_fonts, save
from pilot_portal.documents.pdf.forms import (
    Attachment4Data,
    Attachment4Row,
    attachment4,
)
from pilot_portal.documents.registry import PaperKind, Printing


def _summary(pk: int) -> CountySummary | None:
    return CountySummary.objects.select_related("round", "region").filter(pk=pk).first()


def _summary_by_number(number: str) -> CountySummary | None:
    return CountySummary.objects.select_related("round", "region").filter(number=number).first()


def _sees_summary(actor: Actor, summary: CountySummary) -> bool:
    return actor.reads_city or actor.is_system or (actor.is_county and actor.region_id == summary.region_id)


def form_row(row: dict[str, Any]) -> Attachment4Row:
    """A row of a summary as the form takes it."""
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
        rows=tuple(form_row(row) for row in summary.data["rows"]),
        imprint=Imprint(
            number=summary.number,
            version=f"第{summary.edition}版",
            digest=summary.data.get("digest", ""),
            verify_url=printing.verify_url,
            **banner(summary.round),
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
