"""The published list (企业服务需求表) as PDF, workbook, data and pages, from what was frozen."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.template.loader import render_to_string

from demands.documents.common import BUREAU, banner
from demands.models import DemandList
from demands.rules.words import ordinal_words
from pilot_portal.bulletin.queries import standing
from pilot_portal.common import clock
from pilot_portal.documents.pdf import Imprint, canonical, load_fonts, save
from pilot_portal.documents.pdf.forms import (
    DemandListData,
    DemandListRow,
    demand_list,
)
from pilot_portal.documents.pdf.forms.lists import DEMAND_WORDS
from pilot_portal.documents.registry import PaperKind, Printing
from pilot_portal.documents.sheets import Column, TableSheet, write_table


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
        words=replace(
            DEMAND_WORDS, title=f"{{year}}年株洲市企业服务需求表（{ordinal_words(listed.ordinal)}）"
        ),
        imprint=Imprint(
            number=listed.publication.number, verify_url=printing.verify_url, **banner(listed.round)
        ),
    )
    return save(demand_list(data, fonts), fonts, attached=canonical(data))


def _frozen(listed: DemandList) -> dict[str, Any]:
    """The list as data: exactly what the page and the paper show."""
    payload, publication = listed.publication.payload, listed.publication
    return {
        "title": publication.title,
        "number": publication.number,
        "document_number": publication.document_number,
        "round": listed.round.code,
        "batch": listed.ordinal,
        "published_at": clock.beijing(listed.published_at).isoformat(timespec="seconds"),
        "claims_from": clock.beijing(listed.claims_from).isoformat(timespec="seconds"),
        "claims_until": clock.beijing(listed.claims_until).isoformat(timespec="seconds"),
        "claims_limit": payload.get("claims_limit"),
        "issuer": BUREAU,
        "url": f"{settings.SITE_ORIGIN}/notices/{publication.number}/",
        "rows": payload["rows"],
    }


def _build_json(listed: DemandList, _printing: Printing) -> bytes:
    return json.dumps(_frozen(listed), ensure_ascii=False, indent=1).encode() + b"\n"


COLUMNS = (
    Column("序号", kind="int", width=7),
    Column("需求编号", width=15),
    Column("企业名称", width=30),
    Column("县市区", width=12),
    Column("所需服务", width=24),
    Column("企业现状", width=22),
    Column("发展目标", width=22),
    Column("需求", width=30),
    Column("内容", width=60),
)


def _build_sheet(listed: DemandList, printing: Printing) -> bytes:
    frozen = _frozen(listed)
    sheet = TableSheet(
        title=frozen["title"],
        columns=COLUMNS,
        cover=(
            ("编号", frozen["number"]),
            ("文号", frozen["document_number"] or "—"),
            ("发布", f"{BUREAU} {clock.beijing(listed.published_at):%Y-%m-%d %H:%M}"),
            ("揭榜时间", listed.publication.payload.get("window", "")),
            ("网页", frozen["url"]),
            ("核验", printing.verify_url),
            ("提示", "内容为发布时的原文；之后的撤回、更正见网页"),
        ),
    )
    rows = (
        (
            row["position"],
            row["number"],
            row["company"],
            row["county"],
            "、".join(row["services"]),
            row["status"],
            row["target"],
            row["title"],
            row["text"],
        )
        for row in frozen["rows"]
    )
    out = BytesIO()
    write_table(sheet, rows, out, at=listed.published_at)
    return out.getvalue()


def _build_bundle(listed: DemandList, printing: Printing) -> bytes:
    """Pages that need no server: a table, one page for each demand, the data; for the bureau's own site."""
    frozen = _frozen(listed)
    shared = {
        "list": frozen,
        "window": listed.publication.payload.get("window", ""),
        "origin": settings.SITE_ORIGIN,
    }
    files = {
        "index.html": render_to_string("demands/bundle/index.html", shared),
        "list.css": render_to_string("demands/bundle/list.css"),
        "list.json": _build_json(listed, printing).decode(),
    }
    for row in frozen["rows"]:
        files[f"{row['number']}.html"] = render_to_string("demands/bundle/demand.html", shared | {"row": row})
    out = BytesIO()
    made = clock.beijing(listed.published_at).timetuple()[:6]
    with ZipFile(out, "w", ZIP_DEFLATED) as bundle:
        for name, text in sorted(files.items()):
            entry = ZipInfo(name, made)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
            bundle.writestr(entry, text)
    return out.getvalue()


def _of_a_list(
    code: str, title: str, suffix: str, build: Callable[[DemandList, Printing], bytes]
) -> PaperKind:
    return PaperKind(
        code=code,
        title=title,
        get=_list,
        find=_list_by_number,
        number=lambda listed: listed.publication.number,
        build=build,
        may_see=lambda _actor, _listed: True,
        file_name=lambda listed: (
            f"{listed.round.year}年企业服务需求表（{ordinal_words(listed.ordinal)}）{suffix}"
        ),
        example=lambda: (
            DemandList.objects.order_by("-pk").values_list("publication__number", flat=True).first()
        ),
        date=lambda listed: listed.published_at,
        standing=lambda listed: standing(listed.publication),
        is_listed=suffix == ".pdf",
        is_public=True,
    )


DEMAND_LIST = _of_a_list("demand-list", "企业服务需求表", ".pdf", _build_list)
DEMAND_LIST_SHEET = _of_a_list("demand-list-xlsx", "企业服务需求表（Excel）", ".xlsx", _build_sheet)
DEMAND_LIST_DATA = _of_a_list("demand-list-json", "企业服务需求表（JSON 数据）", ".json", _build_json)
DEMAND_LIST_BUNDLE = _of_a_list("demand-list-zip", "企业服务需求表（静态网页包）", ".zip", _build_bundle)
LIST_FILES = (DEMAND_LIST, DEMAND_LIST_SHEET, DEMAND_LIST_DATA, DEMAND_LIST_BUNDLE)
