"""处理决定书: the decision on a sanction as the body concerned receives it, and the proof of its service.

Public is only what the publication says: findings and statement may name people.
"""

import datetime as dt
from collections.abc import Callable

from evaluation import policies
from evaluation.models import Sanction
from evaluation.queries import decision_entry, decision_of, newest_decision, sanction_of
from pilot_portal.accounts.actors import Actor
from pilot_portal.common import clock
from pilot_portal.documents.letterhead import BUREAU, PROGRAMME, grounds_of, imprint_of, sentence, write
from pilot_portal.documents.pdf.forms import Heading, LetterData, ServiceProofData, letter, service_proof
from pilot_portal.documents.pdf.official import chinese_date
from pilot_portal.documents.registry import PaperKind, Printing
from pilot_portal.rounds.models import Round
from pilot_portal.rounds.queries import setting
from pilot_portal.workflow.models import Entry

TITLE = "处理决定书"
DECIDED = {
    Sanction.Measure.REDUCE: "扣减你单位的奖补资金",
    Sanction.Measure.CANCEL: "取消你单位的奖补资格",
    Sanction.Measure.CRITICISE: "对你单位予以通报批评",
    Sanction.Measure.REMOVE: "将你单位移出试点服务机构（平台）名单",
}


def _case(entry: Entry) -> Sanction:
    found = sanction_of(entry)
    if found is None:
        raise LookupError(entry.case_id)
    return found


def _name(entry: Entry, sanction: Sanction) -> str:
    return str(entry.data.get("name") or sanction.organisation.name)


def _build(entry: Entry, printing: Printing) -> bytes:
    sanction = _case(entry)
    round_, kept = sanction.round, decision_of(entry, sanction)
    until = chinese_date(dt.date.fromisoformat(kept["ends_on"])) if kept["ends_on"] else ""
    public = f"本决定在株洲市工业和信息化局网站公布，公布期至{until}。" if until else ""
    data = LetterData(
        title=TITLE,
        addressee=f"{_name(entry, sanction)}：",
        paragraphs=(
            (
                f"我局对你单位参与{round_.year}年度{PROGRAMME}过程中的有关问题进行了核查，"
                "现已核查终结，作出如下处理决定。"
            ),
            Heading("一、核查情况"),
            sentence(sanction.findings),
            Heading("二、陈述申辩情况"),
            sentence(sanction.statement),
            Heading("三、处理依据和决定"),
            sentence(entry.note),
            (
                f"依据{grounds_of(round_)}“四、实施要求”第（三）项的规定，经研究，决定"
                f"{DECIDED[Sanction.Measure(kept['measure'])]}。{public}"
            ),
            Heading("四、救济途径"),
            setting(round_, "remedy_words", at=entry.at),
        ),
        issuer=BUREAU,
        issued_on=clock.beijing_date(entry.at),
        number=kept["document_number"],
        imprint=imprint_of(round_, _number(entry), printing, entry.at),
    )
    return write(letter, data)


def _build_proof(entry: Entry, printing: Printing) -> bytes:
    sanction = _case(entry)
    data = ServiceProofData(
        issuer=BUREAU,
        document=f"《{TITLE}》",
        number=decision_of(entry, sanction)["document_number"],
        addressee=_name(entry, sanction),
        imprint=imprint_of(sanction.round, _number(entry), printing, entry.at),
    )
    return write(service_proof, data)


def _number(entry: Entry) -> str:
    """A sanction has no number but that of its decision's document."""
    return decision_of(entry, _case(entry))["document_number"]


def _round(entry: Entry) -> Round:
    return _case(entry).round


def _standing(entry: Entry) -> str:
    return "该处理决定已撤销。" if _case(entry).state == Sanction.State.REVERSED else ""


def _sees(actor: Actor, entry: Entry) -> bool:
    return policies.reads_decision(actor, _case(entry))


def _serves(actor: Actor, _entry: Entry) -> bool:
    return actor.is_system or actor.reads_city


def _example() -> str | None:
    entry = newest_decision("")
    return _number(entry) if entry else None


def _of_a_decision(
    code: str,
    title: str,
    build: Callable[[Entry, Printing], bytes],
    may_see: Callable[[Actor, Entry], bool],
) -> PaperKind:
    return PaperKind(
        code=code,
        title=title,
        get=decision_entry,
        find=newest_decision,
        number=_number,
        build=build,
        may_see=may_see,
        file_name=lambda entry: f"{_number(entry)}_{title}.pdf",
        example=_example,
        date=lambda entry: entry.at,
        standing=_standing,
        round=_round,
    )


SANCTION_DECISION = _of_a_decision("sanction-decision", TITLE, _build, _sees)
SANCTION_PROOF = _of_a_decision("sanction-service-proof", "送达回证", _build_proof, _serves)
