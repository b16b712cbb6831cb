"""The papers of one application: the set to stamp, and the receipt. Built from a frozen version."""

import datetime as dt
from decimal import Decimal
from typing import Any

from institutions.models import Application, ApplicationVersion
from institutions.queries import visible_applications
from institutions.rules import sections as form
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.common.text import whole
from pilot_portal.documents.letterhead import BUREAU, fonts_in_use, imprint_of, look_of, write
from pilot_portal.documents.pdf import Imprint, canonical, save
from pilot_portal.documents.pdf.forms import (
    Attachment2Data,
    Attachment3Data,
    LetterData,
    TierCounts,
    YearFigures,
    letter,
    print_set,
)
from pilot_portal.documents.registry import PaperKind, Printing

FIGURE_NAMES = {"fixed_assets": "fixed", "current_assets": "current"}


# Attachment 2 + 3: the set to print, stamp and scan ---------------------------------------


def _version(pk: int) -> ApplicationVersion | None:
    versions = ApplicationVersion.objects.select_related(
        "application__round", "application__region", "application__organisation"
    )
    return versions.filter(pk=pk).first()


def _version_by_number(number: str) -> ApplicationVersion | None:
    """By the case's number (its newest version), or number and version: 2023-A-0001 or 2023-A-0001v2."""
    case, _, version = number.partition("v")
    rows = ApplicationVersion.objects.filter(application__number=case).order_by("-version")
    wanted = whole(version)
    found = rows.filter(version=wanted).first() if wanted is not None else rows.first()
    return _version(found.pk) if found else None


def _sees_version(actor: Actor, version: ApplicationVersion) -> bool:
    return visible_applications(actor).filter(pk=version.application_id).exists()


def _standing(version: ApplicationVersion) -> str:
    last = version.application.versions_count
    return f"该申报已提交第 {last} 版，本件是第 {version.version} 版。" if last > version.version else ""


def _money(value: Any) -> Decimal | None:
    return None if value in {None, ""} else Decimal(str(value))


def _figures(values: dict[str, Any], year: int) -> YearFigures:
    typed = {
        FIGURE_NAMES.get(key, key): values.get(f"{key}_{year}")
        if kind == form.COUNT
        else _money(values.get(f"{key}_{year}"))
        for key, _label, kind, _sub in form.FIGURES
    }
    return YearFigures(**typed)


def _tiers(values: dict[str, Any], prefix: str) -> TierCounts:
    others = tuple(
        (label, values[f"{prefix}_{key}"])
        for key, label in (("above_scale", "升规入统"), ("champion", "国省单项冠军"))
        if values.get(f"{prefix}_{key}") is not None
    )
    return TierCounts(
        total=values.get(f"{prefix}_total"),
        innovative=values.get(f"{prefix}_innovative"),
        provincial=values.get(f"{prefix}_provincial"),
        national=values.get(f"{prefix}_giant"),
        key=values.get(f"{prefix}_key_giant"),
        others=others,
    )


def _build_set(version: ApplicationVersion, printing: Printing) -> bytes:
    application, data = version.application, version.data
    values, years = data["values"], data["years"]
    fonts, look = fonts_in_use(), look_of(application.round)
    promise = Attachment2Data(year=data["year"], imprint=Imprint(number=application.number or "", **look))
    facts = Attachment3Data(
        year=data["year"],
        name=values["name"],
        county=data["county"],
        legal_representative=values["legal_representative"],
        credit_code=values["credit_code"],
        contact=values["contact"],
        phone=values["phone"],
        registered_on=dt.date.fromisoformat(values["registered_on"]),
        registered_at=values["address"],
        served=_tiers(values, "served"),
        targets=_tiers(values, "target"),
        before=_figures(values, years[0]),
        last=_figures(values, years[1]),
        premises=values["premises"],
        path=values["path"],
        results=values["results"],
        imprint=Imprint(
            number=application.number or "",
            version=f"第{version.version}版",
            digest=version.digest,
            verify_url=printing.verify_url,
            dated=version.submitted_at,
            **look,
        ),
    )
    return save(print_set(promise, facts, fonts), fonts, attached=canonical(facts))


def _example_version() -> str | None:
    return ApplicationVersion.objects.exclude(data={}).values_list("application__number", flat=True).first()


APPLICATION_SET = PaperKind(
    code="application-set",
    title="申报材料（附件2、附件3）",
    get=_version,
    find=_version_by_number,
    number=lambda version: version.application.number or "",
    build=_build_set,
    may_see=_sees_version,
    file_name=lambda version: f"{version.application.number}_申报材料_第{version.version}版.pdf",
    example=_example_version,
    date=lambda version: version.submitted_at,
    standing=_standing,
    round=lambda version: version.application.round,
    edition=lambda version: f"第 {version.version} 版",
)


# The receipt --------------------------------------------------------------------------------


def _build_receipt(version: ApplicationVersion, printing: Printing) -> bytes:
    application, values = version.application, version.data["values"]
    direct = application.route == Application.Route.DIRECT
    taken = clock.beijing(version.submitted_at)
    return write(
        letter,
        LetterData(
            title="收件回执",
            addressee=f"{values['name']}：",
            paragraphs=(
                (
                    f"贵单位报送的{version.data['year']}年度株洲市支持服务机构（平台）培育优质企业试点申报材料"
                    f"（编号 {application.number}，第 {version.version} 版）已于 {taken:%Y年%m月%d日 %H:%M}"
                    "（北京时间）收到。"
                ),
                "请打印附件2、附件3（一式两份），签字盖章后上传扫描件，并将纸质件报送受理单位。",
            ),
            issuer=BUREAU if direct else application.region.department,
            issued_on=taken.date(),
            imprint=imprint_of(application.round, application.number or "", printing, version.submitted_at),
        ),
    )


RECEIPT = PaperKind(
    code="receipt",
    title="收件回执",
    get=_version,
    find=_version_by_number,
    number=lambda version: version.application.number or "",
    build=_build_receipt,
    may_see=_sees_version,
    file_name=lambda version: f"{version.application.number}_收件回执_第{version.version}版.pdf",
    example=_example_version,
    date=lambda version: version.submitted_at,
    standing=_standing,
    round=lambda version: version.application.round,
    edition=lambda version: f"第 {version.version} 版",
)
