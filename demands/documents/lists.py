"""The published list (企业服务需求表), built from its publication."""

from django.conf import settings

from demands.documents.common import BUREAU, banner
from demands.models import DemandList
from pilot_portal.bulletin.queries import standing
from pilot_portal.common import clock
from pilot_portal.documents.pdf import Imprint, canonical, load_fonts, save
from pilot_portal.documents.pdf.forms import (
    DemandListData,
    DemandListRow,
    demand_list,
)
from pilot_portal.documents.registry import PaperKind, Printing


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
            number=listed.publication.number, verify_url=printing.verify_url, **banner(listed.round)
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
