"""The papers of one application: the set to stamp, receipt and letters. Built from what is frozen."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings

from institutions.models import Application, ApplicationVersion
from institutions.queries import visible_applications
from institutions.rules import sections as form
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.common.text import whole
from pilot_portal.documents.pdf import Document, Fonts, Imprint, canonical, load_fonts, save
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
from pilot_portal.rounds.models import Round
from pilot_portal.workflow.models import Entry

BUREAU = "株洲市工业和信息化局"
FIGURE_NAMES = {"fixed_assets": "fixed", "current_assets": "current"}


def fonts_in_use() -> Fonts:
    """The fonts of the roles of type, parsed once per process."""
    return load_fonts(settings.PORTAL_FONTS)


def look_of(round: Round) -> dict[str, Any]:
    """A rehearsal and a demonstration say so on every page."""
    return {"banner": "征求意见" if round.is_rehearsal else "", "specimen": round.is_demo}


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


# Letters about an application -------------------------------------------------------------


def _application(pk: int) -> Application | None:
    return Application.objects.select_related("round", "region", "organisation").filter(pk=pk).first()


def _application_by_number(number: str) -> Application | None:
    found = Application.objects.filter(number=number).values_list("pk", flat=True).first()
    return _application(found) if found else None


def _sees_application(actor: Actor, application: Application) -> bool:
    return visible_applications(actor).filter(pk=application.pk).exists()


def _save_letter(data: LetterData) -> bytes:
    fonts = fonts_in_use()
    document: Document = letter(data, fonts)
    return save(document, fonts, attached=canonical(data))


def _letter_imprint(application: Application, printing: Printing, at: dt.datetime) -> Imprint:
    return Imprint(
        number=application.number or "",
        verify_url=printing.verify_url,
        dated=at,
        **look_of(application.round),
    )


def _build_receipt(version: ApplicationVersion, printing: Printing) -> bytes:
    application, values = version.application, version.data["values"]
    direct = application.route == Application.Route.DIRECT
    taken = clock.beijing(version.submitted_at)
    return _save_letter(
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
            imprint=_letter_imprint(application, printing, version.submitted_at),
        )
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

RETURN_MOVES = ("return", "return_direct", "city_return_to_institution")


def _entry_application(entry: Entry) -> Application | None:
    return _application(entry.case_id) if entry.case_type == "institutions.application" else None


def _entry_of(moves: tuple[str, ...]) -> Any:
    """Find the newest entry of one of the moves by the case's number."""

    def find(number: str) -> Entry | None:
        application = _application_by_number(number)
        rows = Entry.objects.filter(case_type="institutions.application", move__in=moves)
        return rows.filter(case_id=application.pk).order_by("-step").first() if application else None

    return find


def _example_entry(moves: tuple[str, ...]) -> Any:
    def example() -> str | None:
        rows = Entry.objects.filter(case_type="institutions.application", move__in=moves).order_by("pk")
        entry = rows.first()
        application = _entry_application(entry) if entry else None
        return application.number if application else None

    return example


def _sees_entry(actor: Actor, entry: Entry) -> bool:
    application = _entry_application(entry)
    return application is not None and _sees_application(actor, application)


def _entry(pk: int) -> Entry | None:
    return Entry.objects.filter(pk=pk, case_type="institutions.application").first()


def _entry_number(entry: Entry) -> str:
    application = _entry_application(entry)
    return (application.number or "") if application else ""


def _entry_round(entry: Entry) -> Round | None:
    application = _entry_application(entry)
    return application.round if application else None


def _issuer(entry: Entry, application: Application) -> str:
    return application.region.department if entry.role.startswith("county") else BUREAU


def _build_return(entry: Entry, printing: Printing) -> bytes:
    application = _entry_application(entry)
    if application is None:
        raise LookupError(entry.case_id)
    titles = {part.code: part.title for part in form.sections(application.round.years_reported)}
    points = [f"{titles.get(code, code)}：{text}" for code, text in entry.data.get("sections", {}).items()]
    return _save_letter(
        LetterData(
            title="一次性补正告知书",
            addressee=f"{application.organisation.name}：",
            paragraphs=(
                f"贵单位报送的试点申报材料（编号 {application.number}）经审核，需补正如下：",
                *[f"{n}.{text}" for n, text in enumerate(points or [entry.note], 1)],
                "请在规定期限内修改后重新提交，其余部分无需改动。",
            ),
            issuer=_issuer(entry, application),
            issued_on=clock.beijing_date(entry.at),
            imprint=_letter_imprint(application, printing, entry.at),
        )
    )


RETURN_NOTICE = PaperKind(
    code="return-notice",
    title="一次性补正告知书",
    get=_entry,
    find=_entry_of(RETURN_MOVES),
    number=_entry_number,
    build=_build_return,
    may_see=_sees_entry,
    file_name=lambda entry: f"{_entry_number(entry)}_补正告知书_{entry.step}.pdf",
    example=_example_entry(RETURN_MOVES),
    date=lambda entry: entry.at,
    round=_entry_round,
)


def _build_decline(entry: Entry, printing: Printing) -> bytes:
    application = _entry_application(entry)
    if application is None:
        raise LookupError(entry.case_id)
    word = "推荐" if entry.move == "decline" else "确认"
    return _save_letter(
        LetterData(
            title=f"不予{word}告知书",
            addressee=f"{application.organisation.name}：",
            paragraphs=(
                f"贵单位报送的试点申报材料（编号 {application.number}）经审核，不予{word}。理由如下：",
                entry.note,
                "如有异议，可在收到本告知书之日起 5 个工作日内向株洲市工业和信息化局书面申请复核。",
            ),
            issuer=_issuer(entry, application),
            issued_on=clock.beijing_date(entry.at),
            imprint=_letter_imprint(application, printing, entry.at),
        )
    )


DECLINE_MOVES = ("decline", "not_confirm")
DECLINE_LETTER = PaperKind(
    code="decline-letter",
    title="不予推荐（确认）告知书",
    get=_entry,
    find=_entry_of(DECLINE_MOVES),
    number=_entry_number,
    build=_build_decline,
    may_see=_sees_entry,
    file_name=lambda entry: f"{_entry_number(entry)}_告知书_{entry.step}.pdf",
    example=_example_entry(DECLINE_MOVES),
    date=lambda entry: entry.at,
    round=_entry_round,
)
