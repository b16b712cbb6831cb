"""The empty Attachment 4 of a round, to hand out."""

from demands.documents.common import BUREAU
from demands.rules.words import KIND_CODES, TIER_CODES
from pilot_portal.documents.sheets.template4 import BlankAttachment4, blank_attachment4
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
