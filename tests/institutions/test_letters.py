"""Letters from a step of a case: what they say is kept with the step, and who may read them."""

import datetime as dt

import pytest

from evaluation.management import story
from institutions import documents
from institutions.documents.offers import letters_of_case
from institutions.operations import confirmation, reports, review, roster
from institutions.queries.letters import PILOT_TYPE, REPORT_TYPE
from pilot_portal.accounts.models import Organisation
from pilot_portal.bulletin.models import Publication
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.documents.models import Paper
from pilot_portal.rounds.operations import change_setting
from pilot_portal.rounds.queries import add_working_days, frozen_settings
from pilot_portal.workflow.queries import audit_problems, trail
from tests import factories
from tests.factories import NOW
from tests.institutions.seed import DAY, HOUR, fresh, sent
from tests.institutions.test_papers import RARE, attached, built, plain, text_of
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
NUMBER = "示例工信〔2023〕22号"
REASON = "三家企业反映服务记录与实际不符"
LETTERS = {
    "mend-notice": documents.MEND_NOTICE,
    "suspension-decision": documents.SUSPENSION_DECISION,
    "removal-notice": documents.REMOVAL_NOTICE,
    "removal-decision": documents.REMOVAL_DECISION,
}


@pytest.fixture
def zhao():
    return factories.city_chief_zhao()


@pytest.fixture
def chen():
    return factories.city_handler_chen()


@pytest.fixture
def pilot():
    institution = factories.institution(RARE)
    return factories.pilot(application=factories.application("CONFIRMED", organisation=institution))


def again(row):
    return type(row).objects.get(pk=row.pk)


def acts(zhao):
    """Letter → the act that calls for it."""
    return {
        "mend-notice": lambda pilot: roster.warn(pilot, note=REASON, days=5, by=zhao, at=NOW),
        "suspension-decision": lambda pilot: roster.suspend(
            pilot, note=REASON, document_number=NUMBER, days=30, by=zhao, at=NOW
        ),
        "removal-notice": lambda pilot: roster.give_removal_notice(pilot, note=REASON, by=zhao, at=NOW),
        "removal-decision": lambda pilot: removed(pilot, zhao),
    }


def removed(pilot, zhao):
    roster.give_removal_notice(pilot, note=REASON, by=zhao, at=NOW - 20 * DAY)
    roster.remove(again(pilot), note=REASON, document_number=NUMBER, by=zhao, at=NOW)


def subject(kind, pilot):
    return kind.get(trail(PILOT_TYPE, pilot.pk).last().pk)


# What they say ----------------------------------------------------------------------------------


def test_the_request_to_mend_says_what_is_wrong_and_until_when(pilot, zhao):
    roster.warn(pilot, note=REASON, days=5, by=zhao, at=NOW)
    said = text_of(built(documents.MEND_NOTICE, subject(documents.MEND_NOTICE, pilot)))
    until = plain(clock.spoken(add_working_days(NOW, 5)))
    assert f"{RARE}：" in said
    assert f"{REASON}。" in said
    assert f"在5个工作日内（至{until}止）完成整改" in said
    assert (
        said.index("整改通知书") < said.index(REASON) < said.index("特此通知。") < said.index("2023年3月6日")
    )


def test_the_prior_notice_is_kept_with_its_reasons_and_days(pilot, zhao):
    roster.give_removal_notice(pilot, note=REASON, by=zhao, at=NOW)
    entry = trail(PILOT_TYPE, pilot.pk).last()
    until = add_working_days(NOW, 5)
    assert (entry.move, entry.note, entry.to_state) == ("notice_listed", REASON, "LISTED")
    assert entry.data == {"name": RARE, "days": 5, "until": until.isoformat()}
    assert again(pilot).removal_notice_at == NOW
    said = text_of(built(documents.REMOVAL_NOTICE, subject(documents.REMOVAL_NOTICE, pilot)))
    assert "拟将你单位移出2023年度株洲市支持服务机构（平台）培育优质企业试点服务机构（平台）名单" in said
    assert f"5个工作日内（本告知书已在平台送达，至{plain(clock.spoken(until))}止）" in said
    assert audit_problems(PILOT_TYPE) == []


def test_a_prior_notice_needs_reasons_the_chief_and_somebody_to_remove(pilot, zhao, chen):
    with pytest.raises(Refused, match="理由"):
        roster.give_removal_notice(pilot, note=" ", by=zhao, at=NOW)
    with pytest.raises(NotAllowed):
        roster.give_removal_notice(pilot, note=REASON, by=chen, at=NOW)
    other = factories.pilot("SUSPENDED")
    roster.give_removal_notice(other, note=REASON, by=zhao, at=NOW)
    assert again(other).state == "SUSPENDED"
    stale = again(other)
    roster.resume(other, by=zhao, at=NOW)
    with pytest.raises(Stale):
        roster.give_removal_notice(stale, note=REASON, by=zhao, at=NOW)


@pytest.mark.parametrize(
    ("answer", "words"), [("", "未提出陈述、申辩意见"), ("记录已补齐", "提出了陈述、申辩")]
)
def test_the_decision_names_the_notice_the_answer_the_grounds_and_the_remedy(pilot, zhao, answer, words):
    roster.give_removal_notice(pilot, note=REASON, by=zhao, at=NOW)
    if answer:
        by = factories.institution_admin_zhou(pilot.organisation)
        roster.reply_to_notice(again(pilot), answer, by=by, at=NOW + HOUR)
    roster.remove(again(pilot), note=REASON, document_number=NUMBER, by=zhao, at=NOW + 20 * DAY)
    content = built(documents.REMOVAL_DECISION, subject(documents.REMOVAL_DECISION, pilot))
    said = text_of(content)
    assert "我局已于2023年3月6日向你单位送达《移出事先告知书》" in said
    assert words in said
    assert NUMBER in said
    assert "《关于开展服务机构（平台）培育优质企业试点工作的通知》" in said
    assert "申请行政复议" in said
    assert "2023年3月26日" in said
    assert attached(content)["number"] == NUMBER


def test_the_suspension_says_from_when_and_until_when(pilot, zhao):
    acts(zhao)["suspension-decision"](pilot)
    said = text_of(built(documents.SUSPENSION_DECISION, subject(documents.SUSPENSION_DECISION, pilot)))
    until = plain(clock.spoken(NOW + dt.timedelta(days=30)))
    assert f"决定自2023年3月6日起暂停你单位试点资格，期限30日，至{until}止" in said
    assert NUMBER in said


@pytest.mark.parametrize("code", LETTERS)
def test_what_comes_later_changes_no_letter(pilot, zhao, chen, code):
    acts(zhao)[code](pilot)
    kind = LETTERS[code]
    entry = subject(kind, pilot)
    before = built(kind, entry)
    Organisation.objects.filter(pk=pilot.organisation_id).update(name="株洲示例改名有限公司")
    words = {"reason": "按局务会意见", "document_number": "示例〔2023〕30号"}
    change_setting(pilot.round, "remedy_words", "另行告知。", by=chen, at=NOW + DAY, **words)
    assert built(kind, kind.get(entry.pk)) == before


def test_the_remedy_is_a_text_of_the_round_and_freezes_with_the_first_decision(pilot, zhao, chen):
    own = "如不服本决定，可依法申请复议。"
    change_setting(pilot.round, "remedy_words", own, by=chen, at=NOW - HOUR)
    acts(zhao)["suspension-decision"](pilot)
    assert own in text_of(built(documents.SUSPENSION_DECISION, subject(documents.SUSPENSION_DECISION, pilot)))
    assert frozen_settings(pilot.round)["remedy_words"].act == "暂停试点"
    with pytest.raises(Refused, match="文号和理由"):
        change_setting(pilot.round, "remedy_words", "另行告知。", by=chen, at=NOW + DAY)


def test_the_refusal_says_the_rounds_words_on_reviewing_it(chen):
    case = sent(factories.institution_admin_zhou())
    own = "如有异议，可向株洲市工业和信息化局中小企业科申请复核。"
    change_setting(case.round, "review_words", own, by=chen, at=NOW)
    review.decline(case, note="不具备独立法人资格", by=factories.county_approver_li(), at=NOW + HOUR)
    entry = trail("institutions.application", case.pk).last()
    said = text_of(built(documents.DECLINE_LETTER, documents.DECLINE_LETTER.get(entry.pk)))
    assert "不予推荐告知书" in said
    assert own in said
    assert "芦淞区" in said[said.index("特此告知。") :]


# The county's receipt -----------------------------------------------------------------------------


def test_a_refusal_that_was_overturned_does_not_stand_any_more(zhao, chen):
    case = factories.application("PROPOSED")
    confirmation.not_confirm(case, note="服务方向不符", by=zhao, at=NOW)
    entry = trail("institutions.application", case.pk).last()
    assert documents.DECLINE_LETTER.standing(entry) == ""
    confirmation.reinstate(fresh(case), note="异议成立", document_number=NUMBER, by=zhao, at=NOW)
    assert documents.DECLINE_LETTER.standing(entry) == "该申报后来已变更为“已确认”。"


def test_the_receipt_of_a_report_says_what_came_when_as_it_was_sent(client_of):
    li, wang = factories.county_approver_li(), factories.county_reviewer_wang()
    review.recommend(sent(factories.institution_admin_zhou()), by=li, at=NOW)
    report = reports.start_report(factories.make_round(), factories.region(), by=wang, at=NOW)
    reports.upload_report_scan(report, story.scan(), by=wang, at=NOW)
    reports.submit_report(report, document_number="示例工信〔2023〕1号", by=li, at=NOW + HOUR)
    entry = trail(REPORT_TYPE, report.pk).last()
    assert entry.data == {"document_number": "示例工信〔2023〕1号", "count": 1}
    content = built(documents.REPORT_RECEIPT, documents.REPORT_RECEIPT.get(entry.pk))
    said = text_of(content)
    for wanted in (
        "收件回执",
        report.number,
        "文号示例工信〔2023〕1号",
        "共推荐服务机构（平台）1家",
        "11:00",
    ):
        assert wanted in said
    assert said.index(f"{report.region.department}：") < said.rindex("株洲市工业和信息化局")
    chen = factories.city_handler_chen()
    for by, path in ((wang, "county"), (chen, "city")):
        page = client_of(by).get(f"/desk/{path}/reports/{report.number}/").content.decode()
        assert f"/papers/request/report-receipt/{entry.pk}/" in page
    kind = documents.REPORT_RECEIPT
    assert kind.may_see(wang, entry)
    assert not kind.may_see(factories.county_reviewer_wang(factories.region("430281")), entry)
    assert not kind.may_see(factories.institution_admin_zhou(), entry)


# The proof of service -------------------------------------------------------------------------------


@pytest.mark.parametrize("code", LETTERS)
def test_the_proof_of_service_names_the_letter_and_whom_it_goes_to(pilot, zhao, code):
    acts(zhao)[code](pilot)
    said = text_of(built(documents.SERVICE_PROOF, subject(documents.SERVICE_PROOF, pilot)))
    assert f"《{LETTERS[code].title}》" in said
    assert RARE in said
    assert (NUMBER in said) is code.endswith("decision")
    for blank in ("送达地点", "送达方式", "受送达人签名或盖章", "代收人签名及代收理由", "送达人签名", "备注"):
        assert blank in said


def test_only_the_bureaus_get_the_proof_to_fill_in(pilot, zhao):
    acts(zhao)["mend-notice"](pilot)
    entry = subject(documents.SERVICE_PROOF, pilot)
    for role, sees in (
        ("city_chief", True),
        ("auditor", True),
        ("county_handler", True),
        ("institution_admin", False),
        ("enterprise_admin", False),
        ("public", False),
    ):
        assert documents.SERVICE_PROOF.may_see(factories.actor_for(role, pilot), entry) is sees, role


# Who may read them ------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", LETTERS)
def test_a_letter_is_for_the_institution_its_county_and_the_city(pilot, zhao, code):
    acts(zhao)[code](pilot)
    kind = LETTERS[code]
    entry = subject(kind, pilot)
    for role, sees in (
        ("institution_admin", True),
        ("institution_member", True),
        ("county_handler", True),
        ("city_handler", True),
        ("leader", True),
        ("auditor", True),
        ("enterprise_admin", False),
        ("expert", False),
        ("sysadmin", False),
        ("public", False),
    ):
        assert kind.may_see(factories.actor_for(role, pilot), entry) is sees, role
    for stranger in (
        factories.institution_admin_zhou(),
        factories.county_reviewer_wang(factories.region("430281")),
    ):
        assert not kind.may_see(stranger, entry)


def test_the_letters_stand_on_the_pages_of_those_who_read_them(pilot, zhao, chen, client_of):
    acts(zhao)["removal-decision"](pilot)
    notice, decision = (entry.pk for entry in trail(PILOT_TYPE, pilot.pk).order_by("step")[1:])
    asked = [f"/papers/request/removal-notice/{notice}/", f"/papers/request/removal-decision/{decision}/"]
    proof = f"/papers/request/service-proof/{decision}/"
    number = pilot.application.number
    zhou = factories.institution_admin_zhou(pilot.organisation)
    pages = {
        "/my/pilot/": zhou,
        f"/desk/city/roster/?round={pilot.round.code}": zhao,
        f"/desk/city/applications/{number}/": chen,
        f"/desk/county/applications/{number}/": factories.county_reviewer_wang(),
    }
    for path, by in pages.items():
        shown = client_of(by).get(path).content.decode()
        assert all(address in shown for address in asked), path
        assert (proof in shown) is (by is not zhou), path
    browser = client_of(zhou)
    assert browser.post(asked[1]).status_code == 302
    assert browser.post(proof).status_code == 404
    assert Paper.objects.filter(kind="removal-decision", requested_by=zhou.user).count() == 1


def test_a_roster_of_thirty_costs_the_queries_of_one(zhao, client_of):
    def add(count):
        for _ in range(count):
            roster.warn(factories.pilot(), note=REASON, days=5, by=zhao, at=NOW)

    assert_same_queries(client_of(zhao), "/desk/city/roster/?round=2023", add_rows=add)


def test_a_case_without_letters_offers_none(zhao):
    assert letters_of_case(zhao, fresh(sent(factories.institution_admin_zhou()))) == []


def test_a_published_roster_and_a_removal_are_fetched_by_everybody(pilot, zhao, client_of):
    listed = roster.publish_roster(pilot.round, document_number=NUMBER, by=zhao, at=NOW - 30 * DAY)
    acts(zhao)["removal-decision"](pilot)
    removal = Publication.objects.get(kind="REMOVAL")
    assert {(paper.kind, paper.subject_id) for paper in Paper.objects.all()} == {
        ("roster", listed.pk),
        ("notice", removal.pk),
    }
    for publication in (listed, removal):
        assert "正在生成" in client_of().get(f"/notices/{publication.number}/").content.decode()
