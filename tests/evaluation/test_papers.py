"""The year's end on paper: ranking, awards, decisions: exactly what was published or decided."""

import datetime as dt
import json

import pytest

from evaluation import documents
from evaluation.models import Award
from evaluation.operations import awards, evaluating, sanctions
from pilot_portal.accounts.models import Organisation
from pilot_portal.bulletin.documents import NOTICE_PAPER
from pilot_portal.documents.models import Paper
from pilot_portal.documents.tasks import sweep
from pilot_portal.notifications.models import Message
from pilot_portal.rounds.operations import change_setting
from pilot_portal.rounds.queries import frozen_settings
from pilot_portal.workflow.queries import trail
from tests import factories
from tests.evaluation.test_sanctions import DECISION, heard
from tests.evaluation.year import judged
from tests.factories import NOW
from tests.institutions.test_papers import attached, built, text_of

pytestmark = pytest.mark.django_db
NUMBER = "示例工信〔2023〕21号"
BODY = "株洲示例当事技术有限公司"


@pytest.fixture
def zhao():
    return factories.city_chief_zhao()


@pytest.fixture
def chen():
    return factories.city_handler_chen()


def decided(chen, zhao, **changes):
    made = heard(chen)
    sanctions.decide(made, **DECISION | changes, by=zhao, at=NOW)
    return made, documents.SANCTION_DECISION.get(trail("evaluation.sanction", made.pk).last().pk)


# Ranking and awards ---------------------------------------------------------------------------------


def published_results(zhao):
    rows = [
        judged(factories.pilot(), *[5] * 6, rank=1, state="DECIDED", decision="keep"),
        judged(factories.pilot(), *[3] * 5, rank=2, state="DECIDED", decision="remove"),
        judged(factories.pilot(), 5, rank=None, state="DECIDED", decision="keep"),
    ]
    return rows, evaluating.publish_results(rows[0].round, document_number=NUMBER, by=zhao, at=NOW)


def test_the_ranking_prints_the_published_rows_and_no_rank_where_nothing_was_judged(zhao):
    rows, publication = published_results(zhao)
    content = built(documents.RANKING, publication)
    said = text_of(content)
    for row in publication.payload["rows"]:
        assert row["name"] in said
    assert NUMBER in said
    assert "None" not in said
    assert "100" in said
    assert "少于5份" in said
    assert [row["rank"] for row in attached(content)["rows"]] == [1, 2, None]
    assert attached(content)["rows"][2]["score"] == "—"
    assert len(rows) == 3


def test_the_awards_are_listed_with_their_sum(chen, zhao):
    for amount in (10_000_000, 5_000_050):
        row = judged(factories.pilot(), *[5] * 6, rank=1, state="DECIDED", decision="keep")
        award = factories.award("APPROVED", evaluation=row)
        Award.objects.filter(pk=award.pk).update(amount_fen=amount)
    publication = awards.publish_awards(row.round, document_number=NUMBER, by=zhao, at=NOW)
    said = text_of(built(documents.AWARD_LIST, publication))
    for wanted in ("决定对下列2家", "100,000.00", "50,000.50", "合计2家，150,000.50元", NUMBER):
        assert wanted in said


def test_everybody_fetches_the_published_papers_and_finds_no_contact(zhao, client, monkeypatch):
    rows, publication = published_results(zhao)
    page = f"/notices/{publication.number}/"
    address = f"/papers/public/ranking/{publication.number}/"
    assert "正在生成" in client.get(page).content.decode()
    sweep()
    assert f'href="{address}"' in client.get(page).content.decode()
    answer = client.get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    content = built(documents.RANKING, publication)
    told = text_of(content) + json.dumps(attached(content), ensure_ascii=False)
    for row in rows:
        version = row.pilot.application.versions.first()
        assert version.phone not in told
        assert version.contact not in told


def test_the_same_publication_gives_the_same_bytes_whatever_comes_later(zhao, chen):
    _, publication = published_results(zhao)
    before = built(documents.RANKING, publication)
    Organisation.objects.filter(kind="INSTITUTION").update(name="株洲示例改名有限公司")
    change = {"reason": "按局务会意见", "document_number": "示例〔2023〕30号"}
    change_setting(publication.round, "exit_min_answers", 7, by=chen, at=NOW + dt.timedelta(days=1), **change)
    assert built(documents.RANKING, documents.RANKING.get(publication.pk)) == before


# Decisions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("reduce", "决定扣减你单位的奖补资金。"),
        ("cancel", "决定取消你单位的奖补资格。"),
        ("criticise", "决定对你单位予以通报批评。"),
        ("remove", "决定将你单位移出试点服务机构（平台）名单。"),
    ],
)
def test_the_decision_says_facts_hearing_grounds_measure_and_remedy_in_this_order(chen, zhao, measure, words):
    _, entry = decided(chen, zhao, measure=measure)
    said = text_of(built(documents.SANCTION_DECISION, entry))
    order = (
        "示例〔2024〕4号",
        "处理决定书",
        f"{BODY}：",
        "一、核查情况",
        "案例企业称未接受服务。",
        "二、陈述申辩情况",
        "逾期未陈述。",
        "三、处理依据和决定",
        words,
        "公布期至2024年12月31日",
        "四、救济途径",
        "申请行政复议",
    )
    places = [said.find(part) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert said.rindex("株洲市工业和信息化局") > places[-1]
    assert said.rindex("2023年3月6日") > places[-1]
    assert places == sorted(places)


def test_what_comes_later_changes_no_decision_but_the_verification_tells_its_reversal(chen, zhao):
    made, entry = decided(chen, zhao)
    before = built(documents.SANCTION_DECISION, entry)
    assert documents.SANCTION_DECISION.standing(entry) == ""
    Organisation.objects.filter(pk=made.organisation_id).update(name="株洲示例改名有限公司")
    sanctions.reverse(made, note="复核后撤销", by=zhao, at=NOW + dt.timedelta(days=1))
    assert built(documents.SANCTION_DECISION, documents.SANCTION_DECISION.get(entry.pk)) == before
    assert documents.SANCTION_DECISION.standing(entry) == "该处理决定已撤销。"
    assert frozen_settings(made.round)["remedy_words"].act == "处理决定"


def test_the_decision_is_for_the_body_and_the_city_even_when_published(chen, zhao):
    made, entry = decided(chen, zhao)
    sanctions.publish_sanction(made, by=zhao, at=NOW)
    decision, proof = documents.SANCTION_DECISION.may_see, documents.SANCTION_PROOF.may_see
    own = factories.institution_admin_zhou(made.organisation)
    assert decision(own, entry)
    assert not proof(own, entry)
    for role, sees in (
        ("city_handler", True),
        ("leader", True),
        ("auditor", True),
        ("county_handler", False),
        ("expert", False),
        ("sysadmin", False),
        ("public", False),
    ):
        actor = factories.actor_for(role, None)
        assert decision(actor, entry) is sees, role
        assert proof(actor, entry) is sees, role
    for stranger in (factories.institution_admin_zhou(), factories.enterprise_admin_wu()):
        assert not decision(stranger, entry)


def test_the_body_is_told_and_finds_its_decision_and_nobody_elses(chen, zhao, client_of):
    body = factories.institution(BODY)
    zhou = factories.institution_admin_zhou(body)
    made = sanctions.open_clue(factories.make_round(), body, "案例不实", by=chen, at=NOW)
    page = "/my/decisions/"
    assert "没有处理决定" in client_of(zhou).get(page).content.decode()
    sanctions.verify(made, by=chen, at=NOW)
    sanctions.hear(made, findings="属实", statement="逾期未陈述", by=chen, at=NOW)
    assert "没有处理决定" in client_of(zhou).get(page).content.decode()
    sanctions.decide(made, **DECISION, by=zhao, at=NOW)
    entry = trail("evaluation.sanction", made.pk).last()
    asked = f"/papers/request/sanction-decision/{entry.pk}/"
    assert Message.objects.get(user=zhou.user, subject="处理决定书").path == page
    assert asked in client_of(zhou).get(page).content.decode()
    assert client_of(zhou).post(asked).status_code == 302
    stranger = client_of(factories.institution_admin_zhou())
    assert "没有处理决定" in stranger.get(page).content.decode()
    assert stranger.post(asked).status_code == 404
    shown = client_of(chen).get(f"/desk/city/sanctions/{made.pk}/").content.decode()
    assert asked in shown
    assert f"/papers/request/sanction-service-proof/{entry.pk}/" in shown


def test_the_public_reads_the_measure_and_none_of_the_findings(chen, zhao):
    made, entry = decided(chen, zhao)
    publication = sanctions.publish_sanction(made, by=zhao, at=NOW)
    content = built(NOTICE_PAPER, publication)
    said = text_of(content) + json.dumps(attached(content), ensure_ascii=False)
    assert "作出“通报批评”的处理" in said
    assert "公布期至2024年12月31日" in said
    for private in ("案例企业称未接受服务", "逾期未陈述", entry.note, zhao.user.name):
        assert private not in said


def test_the_publicity_of_awards_has_its_paper(chen, zhao):
    row = judged(factories.pilot(), *[5] * 6, rank=1, state="DECIDED", decision="keep")
    award = awards.propose_award(row, amount_fen=100_00, reason="突出", by=chen, at=NOW)
    publication = awards.one_to_publicity(award, by=zhao, at=NOW)
    said = text_of(built(NOTICE_PAPER, publication))
    for wanted in ("拟对下列1家", "公示期5个工作日", row.pilot.organisation.name, "100.00", "特此公示。"):
        assert wanted in said
    assert Paper.objects.get().kind == "notice"
