"""The letters to a pilot institution: 整改, 移出, 暂停; and the proof that a letter was served."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from institutions import policies
from institutions.documents.letters import (
    DECLINE_MOVES,
    OF_APPLICATIONS,
    SECTION,
    addressee_of,
    issuer_of,
    known_as,
    letter_of,
    moment_kept,
    round_of,
)
from institutions.models import CountyReport, PilotInstitution
from institutions.queries.letters import (
    APPLICATION_TYPE,
    PILOT_TYPE,
    case_of,
    entry_of,
    example_number,
    newest_entry,
    number_of,
)
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.documents.letterhead import PROGRAMME, grounds_of, imprint_of, sentence, write
from pilot_portal.documents.pdf.forms import ServiceProofData, service_proof
from pilot_portal.documents.pdf.official import chinese_date
from pilot_portal.documents.registry import PaperKind, Printing
from pilot_portal.rounds.queries import setting
from pilot_portal.workflow.models import Entry

NOTICE_MOVES = ("notice_listed", "notice_warned", "notice_rectifying", "notice_suspended")


def _found(entry: Entry, case: PilotInstitution, what: str) -> tuple[str, str]:
    """The facts, as whoever acted wrote them down."""
    return (
        f"经查，你单位在{case.round.year}年度{PROGRAMME}工作中存在以下{what}：",
        sentence(entry.note),
    )


def _mend(entry: Entry, case: PilotInstitution) -> dict[str, Any]:
    until = moment_kept(entry, "until")
    limit = f"在{entry.data['days']}个工作日内（至{until}止）" if until else "在规定期限内"
    return {
        "addressee": f"{addressee_of(entry, case)}：",
        "paragraphs": (
            *_found(entry, case, "问题"),
            (
                f"依据{grounds_of(case.round)}关于组织实施、监督管理的要求，现责成你单位{limit}完成整改，"
                f"并将整改情况书面报送{SECTION}。"
            ),
            (
                "整改完成后由我局组织核查。核查合格的，恢复试点；逾期未整改或者整改不到位的，"
                "按照试点有关规定作出处理，直至移出试点服务机构（平台）名单。"
            ),
        ),
        "closing": "特此通知。",
    }


def _removal_notice(entry: Entry, case: PilotInstitution) -> dict[str, Any]:
    until, days = moment_kept(entry, "until"), entry.data.get("days", "")
    served = f"（本告知书已在平台送达，至{until}止）" if until else ""
    return {
        "addressee": f"{addressee_of(entry, case)}：",
        "paragraphs": (
            *_found(entry, case, "情形"),
            (
                f"依据{grounds_of(case.round)}有关规定，我局拟将你单位移出{case.round.year}年度{PROGRAMME}"
                "服务机构（平台）名单。现将拟作出决定的事实、理由和依据告知你单位。"
            ),
            (
                f"你单位对上述内容有异议的，可以在收到本告知书之日起{days}个工作日内{served}，"
                "通过优质企业培育服务平台或者以书面形式向我局陈述、申辩，并提交相关证据材料。"
                "逾期未提出的，视为放弃陈述、申辩的权利，我局将按照规定作出决定。"
            ),
        ),
        "closing": "特此告知。",
    }


def _removal(entry: Entry, case: PilotInstitution) -> dict[str, Any]:
    kept = entry.data
    heard: tuple[str, ...] = ()
    if kept.get("notice_at"):
        day = chinese_date(clock.beijing_date(dt.datetime.fromisoformat(kept["notice_at"])))
        said = "提出了陈述、申辩意见，我局已予复核" if kept.get("replied") else "未提出陈述、申辩意见"
        heard = (f"我局已于{day}向你单位送达《移出事先告知书》，你单位在规定期限内{said}。",)
    return {
        "addressee": f"{addressee_of(entry, case)}：",
        "number": kept.get("document_number", ""),
        "paragraphs": (
            *_found(entry, case, "情形"),
            *heard,
            (
                f"依据{grounds_of(case.round)}有关规定，经研究，决定将你单位移出{case.round.year}年度{PROGRAMME}"
                "服务机构（平台）名单。自本决定作出之日起，你单位不得以试点服务机构（平台）名义参与揭榜；"
                "正在履行的服务合同，应当依约履行完毕，或者经企业同意后办理移交。"
            ),
            setting(case.round, "remedy_words", at=entry.at),
        ),
    }


def _suspension(entry: Entry, case: PilotInstitution) -> dict[str, Any]:
    kept, until = entry.data, moment_kept(entry, "until")
    term = f"，期限{kept['days']}日，至{until}止" if until else ""
    return {
        "addressee": f"{addressee_of(entry, case)}：",
        "number": kept.get("document_number", ""),
        "paragraphs": (
            *_found(entry, case, "情形"),
            (
                f"依据{grounds_of(case.round)}有关规定，经研究，决定自"
                f"{chinese_date(clock.beijing_date(entry.at))}起暂停你单位试点资格{term}。暂停期间，"
                "你单位不得参与揭榜，已提交的揭榜暂予冻结；已签订的服务合同应当继续履行。"
            ),
            setting(case.round, "remedy_words", at=entry.at),
        ),
    }


MEND_NOTICE = letter_of("mend-notice", "整改通知书", PILOT_TYPE, ("warn",), _mend)
REMOVAL_NOTICE = letter_of("removal-notice", "移出事先告知书", PILOT_TYPE, NOTICE_MOVES, _removal_notice)
REMOVAL_DECISION = letter_of("removal-decision", "移出决定书", PILOT_TYPE, ("remove",), _removal)
SUSPENSION_DECISION = letter_of(
    "suspension-decision", "暂停试点决定书", PILOT_TYPE, ("suspend",), _suspension
)

# Move → the letter it calls for: what the pages offer.
OF_PILOTS = {
    "warn": MEND_NOTICE,
    "suspend": SUSPENSION_DECISION,
    "remove": REMOVAL_DECISION,
    **dict.fromkeys(NOTICE_MOVES, REMOVAL_NOTICE),
}
SERVED = {APPLICATION_TYPE: OF_APPLICATIONS, PILOT_TYPE: OF_PILOTS}


# The proof of service -------------------------------------------------------------------------


def _serves(actor: Actor, entry: Entry) -> bool:
    case = case_of(entry)
    return case is not None and not isinstance(case, CountyReport) and policies.serves_letters_of(actor, case)


def _served(pk: int) -> Entry | None:
    moves: Collection[str] = {move for letters in SERVED.values() for move in letters}
    return entry_of(pk, tuple(SERVED), moves)


def _newest_served(number: str) -> Entry | None:
    found = [newest_entry(number, case_type, letters) for case_type, letters in SERVED.items()]
    return max((entry for entry in found if entry), key=lambda entry: (entry.at, entry.pk), default=None)


def _served_title(entry: Entry) -> str:
    if entry.move in DECLINE_MOVES and entry.case_type == APPLICATION_TYPE:
        return f"不予{'推荐' if entry.move == 'decline' else '确认'}告知书"
    return SERVED[entry.case_type][entry.move].title


def _build_proof(entry: Entry, printing: Printing) -> bytes:
    case = case_of(entry)
    if case is None:
        raise LookupError(entry.case_id)
    data = ServiceProofData(
        issuer=issuer_of(entry, case),
        document=f"《{_served_title(entry)}》",
        number=entry.data.get("document_number", ""),
        addressee=addressee_of(entry, case),
        imprint=imprint_of(case.round, number_of(case), printing, entry.at),
    )
    return write(service_proof, data)


SERVICE_PROOF = PaperKind(
    code="service-proof",
    title="送达回证",
    get=_served,
    find=_newest_served,
    number=known_as,
    build=_build_proof,
    may_see=_serves,
    file_name=lambda entry: f"{known_as(entry)}_送达回证_{_served_title(entry)}_{entry.step}.pdf",
    example=lambda: example_number(PILOT_TYPE, OF_PILOTS),
    date=lambda entry: entry.at,
    round=round_of,
)
