"""Letters from a step of a case, and those of applications and county reports: 补正, 不予推荐, 收件回执.

An entry is never changed: names, numbers and days that a letter prints are kept with it.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from institutions import policies
from institutions.models import Application, CountyReport
from institutions.queries.letters import (
    APPLICATION_TYPE,
    REPORT_TYPE,
    case_of,
    entry_of,
    example_number,
    newest_entry,
    number_of,
)
from institutions.rules import sections as form
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.documents.letterhead import BUREAU, PROGRAMME, grounds_of, imprint_of, sentence, write
from pilot_portal.documents.pdf.forms import LetterData, letter
from pilot_portal.documents.registry import PaperKind, Printing
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.queries import setting
from pilot_portal.workflow.models import Entry

Case = Any
RETURN_MOVES = ("return", "return_direct", "city_return_to_institution")
DECLINE_MOVES = ("decline", "not_confirm")
SECTION = "我局中小企业科"


def _sees(actor: Actor, entry: Entry) -> bool:
    case = case_of(entry)
    if case is None:
        return False
    if isinstance(case, CountyReport):
        return actor.is_system or actor.reads_city or policies.is_county_of(actor, case)
    return policies.reads_letters_of(actor, case)


def known_as(entry: Entry) -> str:
    """The number of the case of an entry."""
    case = case_of(entry)
    return number_of(case) if case else ""


def round_of(entry: Entry) -> Round | None:
    """The round of the case of an entry."""
    case = case_of(entry)
    return case.round if case else None


def issuer_of(entry: Entry, case: Case) -> str:
    """The bureau that acted: the county's or the city's."""
    return case.region.department if entry.role.startswith("county") else BUREAU


def addressee_of(entry: Entry, case: Case) -> str:
    """The addressee: as he was called then."""
    return str(entry.data.get("name") or case.organisation.name)


def moment_kept(entry: Entry, key: str) -> str:
    """A moment kept with the entry, in words; empty where an older entry does not have it."""
    kept = entry.data.get(key)
    return clock.spoken(dt.datetime.fromisoformat(kept)) if kept else ""


def letter_of(
    code: str,
    title: str,
    case_type: str,
    moves: tuple[str, ...],
    write_up: Callable[[Entry, Case], dict[str, Any]],
    standing: Callable[[Case], str] = lambda _case: "",
) -> PaperKind:
    """A kind of letter: `write_up(entry, case)` gives its title, paragraphs and what else differs.

    `standing(case)` says what became of it since; empty while it stands.
    """

    def stands(entry: Entry) -> str:
        case = case_of(entry)
        return standing(case) if case is not None else ""

    def build(entry: Entry, printing: Printing) -> bytes:
        case = case_of(entry)
        if case is None:
            raise LookupError(entry.case_id)
        said: dict[str, Any] = {
            "title": title,
            "issuer": BUREAU,
            "issued_on": clock.beijing_date(entry.at),
            "imprint": imprint_of(case.round, number_of(case), printing, entry.at),
        }
        return write(letter, LetterData(**said | write_up(entry, case)))

    return PaperKind(
        code=code,
        title=title,
        get=lambda pk: entry_of(pk, (case_type,), moves),
        find=lambda number: newest_entry(number, case_type, moves),
        number=known_as,
        build=build,
        may_see=_sees,
        file_name=lambda entry: f"{known_as(entry)}_{title}_{entry.step}.pdf",
        example=lambda: example_number(case_type, moves),
        date=lambda entry: entry.at,
        round=round_of,
        standing=stands,
    )


# Applications -----------------------------------------------------------------------------


def _return(entry: Entry, case: Case) -> dict[str, Any]:
    titles = {part.code: part.title for part in form.sections(case.round.years_reported)}
    points = [f"{titles.get(code, code)}：{text}" for code, text in entry.data.get("sections", {}).items()]
    return {
        "addressee": f"{addressee_of(entry, case)}：",
        "paragraphs": (
            f"贵单位报送的试点申报材料（编号 {case.number}）经审核，需补正如下：",
            *[f"{n}.{text}" for n, text in enumerate(points or [entry.note], 1)],
            "请在规定期限内修改后重新提交，其余部分无需改动。",
        ),
        "issuer": issuer_of(entry, case),
    }


def _decline(entry: Entry, case: Case) -> dict[str, Any]:
    word = "推荐" if entry.move == "decline" else "确认"
    return {
        "title": f"不予{word}告知书",
        "addressee": f"{addressee_of(entry, case)}：",
        "paragraphs": (
            (
                f"贵单位报送的{case.round.year}年度{PROGRAMME}申报材料（编号 {case.number}）收悉。"
                f"依据{grounds_of(case.round)}规定的申报条件和程序，经审核，决定不予{word}。理由如下："
            ),
            sentence(entry.note),
            setting(case.round, "review_words", at=entry.at),
        ),
        "closing": "特此告知。",
        "issuer": issuer_of(entry, case),
    }


RETURN_NOTICE = letter_of("return-notice", "一次性补正告知书", APPLICATION_TYPE, RETURN_MOVES, _return)


def _decline_stands(case: Application) -> str:
    declined = {Application.State.DECLINED, Application.State.NOT_CONFIRMED}
    return "" if case.state in declined else f"该申报后来已变更为“{case.get_state_display()}”。"


DECLINE_LETTER = letter_of(
    "decline-letter", "不予推荐（确认）告知书", APPLICATION_TYPE, DECLINE_MOVES, _decline, _decline_stands
)


# County reports -----------------------------------------------------------------------------


def _report_receipt(entry: Entry, case: CountyReport) -> dict[str, Any]:
    """What was sent, when: an older entry does not tell number and count, the report does."""
    document = str(entry.data.get("document_number", case.document_number))
    count = entry.data.get("count", len(case.frozen.get("rows", [])))
    named = "补充推荐文件" if case.edition > 1 else "推荐文件"
    number = f"文号 {document}，" if document else ""
    what = f"共推荐服务机构（平台）{count}家" if count else "零报送"
    return {
        "title": "收件回执",
        "addressee": f"{case.region.department}：",
        "paragraphs": (
            (
                f"你单位报送的{case.round.year}年度{PROGRAMME}{named}（{number}平台编号 {case.number}，"
                f"第{case.edition}版）及附件1的盖章扫描件，{what}，已于{clock.spoken(entry.at)}（北京时间）收到。"
            ),
            f"推荐文件纸质件（加盖公章、一式两份）请按通知要求报送至{SECTION}，申报材料由你单位留存备查。",
        ),
    }


REPORT_RECEIPT = letter_of("report-receipt", "推荐文件收件回执", REPORT_TYPE, ("submit",), _report_receipt)

# Move → the letter it calls for: what the pages offer.
OF_APPLICATIONS = dict.fromkeys(RETURN_MOVES, RETURN_NOTICE) | dict.fromkeys(DECLINE_MOVES, DECLINE_LETTER)
OF_REPORTS = {"submit": REPORT_RECEIPT}
