"""答疑: a pilot institution asks about a published demand, the firm answers, everybody reads both."""

import datetime as dt

from django.db import transaction

from demands import policies, queries
from demands.models import Demand, Question
from demands.rules.privacy import leaks
from pilot_portal.accounts.actors import ENTERPRISE, INSTITUTION, Actor
from pilot_portal.accounts.queries import recipients_in
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import clean
from pilot_portal.notifications.operations import tell
from pilot_portal.rounds.operations import next_ordinal

STATE = Demand.State
TEXT_MAX, ANSWER_MAX, REASON_MAX = 500, 1000, 200
MOST_OPEN = 5
# While a demand may be claimed or chosen an answer helps somebody.
ANSWERABLE = frozenset({STATE.PUBLISHED, STATE.CHOOSING})


def _words(demand: Demand, typed: str, limit: int, *, field: str) -> str:
    """A text for everybody's eyes. Raises Refused where it is empty, too long or gives a contact away."""
    text = "\n".join(clean(line) for line in typed.splitlines()).strip()
    problems = []
    if not text or len(text) > limit:
        problems.append(Problem(f"请填写内容，最多 {limit} 字。", field=field))
    found = leaks(
        text,
        contact=demand.contact,
        phone=demand.phone,
        company=demand.enterprise.name,
        name_public=demand.name_public,
    )
    problems += [Problem(message, field=field) for message in found]
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    return text


@transaction.atomic
def ask_question(demand: Demand, text: str, *, by: Actor, at: dt.datetime) -> Question:
    """Ask about a demand whose claim window is open; everybody reads it once it is answered.

    Raises NotAllowed for anyone but a pilot institution in good standing, Stale where the window is not open
    or the institution has five questions unanswered, Refused where the text is empty, too long or gives a
    contact away.
    """
    if demand.round_id not in queries.rounds_in_good_standing(by, at):
        raise NotAllowed("只有该批次的试点机构可以提问。")
    if demand.state != STATE.PUBLISHED or demand.claims_until is None or demand.claims_until <= at:
        raise Stale("揭榜期已结束，不能再提问。")
    words = _words(demand, text, TEXT_MAX, field="text")
    waiting = Question.objects.filter(
        demand=demand, organisation_id=by.organisation_id, answered_at=None, hidden_at=None
    )
    if waiting.count() >= MOST_OPEN:
        raise Stale(f"贵机构对这项需求还有 {MOST_OPEN} 个问题待企业答复，请等答复后再问。")
    question = Question.objects.create(
        demand=demand,
        ordinal=next_ordinal(demand.round, f"Q{demand.pk}"),
        organisation_id=by.organisation_id,
        asked_by_id=by.user_id,
        text=words,
        asked_at=at,
    )
    if demand.enterprise.organisation_id:
        tell(
            recipients_in([demand.enterprise.organisation_id], set(ENTERPRISE), at),
            f"有试点机构就贵企业的需求提问（{demand.number}）",
            key=f"question:{question.pk}",
            at=at,
            path=f"/my/demands/{demand.pk}/questions/",
        )
    return question


@transaction.atomic
def answer_question(question: Question, text: str, *, by: Actor, at: dt.datetime) -> None:
    """Answer once; question and answer are public from now on.

    Raises NotAllowed for anyone but the firm's people, Stale where it is answered or hidden already or the
    demand is past choosing, Refused where the answer is empty, too long or gives a contact away.
    """
    demand = question.demand
    if not policies.is_of_enterprise(by, demand):
        raise NotAllowed("只有企业自己可以答复。")
    if demand.state not in ANSWERABLE:
        raise Stale(f"需求目前为“{STATE(demand.state).label}”，不再答复。")
    words = _words(demand, text, ANSWER_MAX, field="answer")
    won = Question.objects.filter(pk=question.pk, answered_at=None, hidden_at=None).update(
        answer=words, answered_by_id=by.user_id, answered_at=at
    )
    if not won:
        raise Stale("这个问题已由同事答复，或已被工作人员隐去。")
    tell(
        recipients_in([question.organisation_id], set(INSTITUTION), at),
        f"企业已答复贵机构的提问（{demand.number}）",
        key=f"question:{question.pk}:answered",
        at=at,
        path=f"/demands/{demand.number}/",
    )


@transaction.atomic
def hide_question(question: Question, *, reason: str, by: Actor, at: dt.datetime) -> None:
    """Staff hide a question with its answer; that they did and why is shown in its place.

    Raises NotAllowed for anyone but the demand's county and the city, Refused without a reason, Stale where
    it is hidden already.
    """
    demand = question.demand
    if not (policies.is_county_of(by, demand) or policies.is_city(by, demand)):
        raise NotAllowed("只有所在县市区和市局可以隐去答疑。")
    reason = clean(reason)
    if not reason or len(reason) > REASON_MAX:
        text = f"请写明理由，最多 {REASON_MAX} 字；理由会公开显示。"
        raise Refused(text, [Problem(text, field="note")])
    won = Question.objects.filter(pk=question.pk, hidden_at=None).update(
        hidden_at=at, hidden_by_id=by.user_id, hidden_reason=reason
    )
    if not won:
        raise Stale("这一条已由同事隐去。")
