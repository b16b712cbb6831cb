"""The city's pages: the boards, the evaluation from computing to publishing, the awards."""

import pytest

from evaluation.models import Award, Evaluation
from evaluation.operations import awards
from pilot_portal.bulletin.models import Publication
from pilot_portal.common import clock
from tests import factories
from tests.evaluation.test_awards import PAPER
from tests.evaluation.year import DAY, answer, around, judged, move_stage, rated, served
from tests.factories import NOW
from tests.queries import assert_same_queries

pytestmark = pytest.mark.django_db
BOARD = "/desk/city/dashboard/"
ROUNDS = "/desk/city/evaluations/"
YEAR = f"{ROUNDS}2023/"


@pytest.fixture
def chen(client_of):
    return client_of(factories.city_handler_chen())


@pytest.fixture
def zhao(client_of):
    return client_of(factories.city_chief_zhao())


@pytest.fixture
def auditor(client_for):
    return client_for("auditor")


def read(answered):
    return answered.content.decode()


def case(row):
    return f"{ROUNDS}case/{row.pk}/"


def award_at(award, move):
    return f"/desk/city/awards/{award.pk}/{move}/"


# The boards -----------------------------------------------------------------------------


def test_the_dashboard_shows_the_six_targets_and_three_charts(chen):
    factories.result("CONFIRMED")
    shown = read(chen.get(BOARD))
    for words in ("创新型中小企业", "省级专精特新", "国家级“小巨人”", "重点“小巨人”", "单项冠军", "升规入统"):
        assert words in shown
    for title in ("需求办理漏斗", "各县市区需求与完成", "十类服务的供需"):
        assert title in shown


def test_every_chart_has_its_table_with_the_same_numbers(chen):
    answer(factories.questionnaire(engagement=served()))
    page = chen.get(f"{BOARD}?round=2023&as=table")
    tables = {table["caption"]: table["rows"] for table in page.context["tables"]}
    assert tables["需求办理漏斗"] == [
        (step, 1) for step in ("需求摸底", "公开发布", "有机构揭榜", "选定签约", "服务完成", "企业已评价")
    ]
    assert [factories.region().short_name, 1, 1, 1] in tables["各县市区需求与完成"]
    assert len(tables["十类服务的供需"]) == 10
    shown = read(page)
    assert "企业已评价" in shown
    assert "返回图表" in shown


def test_the_newest_round_stands_first_and_another_one_can_be_chosen(chen):
    factories.make_round("2023")
    factories.make_round("2024")
    assert chen.get(BOARD).context["round"].code == "2024"
    assert chen.get(f"{BOARD}?round=2023").context["round"].code == "2023"
    assert chen.get(f"{BOARD}?round=1999").context["round"].code == "2024"


def test_without_a_round_the_pages_say_so(chen):
    assert "还没有批次" in read(chen.get(BOARD))
    assert "还没有批次" in read(chen.get(ROUNDS))


def test_the_dashboard_costs_the_same_with_thirty_contracts(chen):
    assert_same_queries(chen, BOARD, add_rows=lambda n: [rated(factories.pilot(), 5) for _ in range(n)])


# From computing to publishing -----------------------------------------------------------


@pytest.fixture
def over():
    """The satisfaction window of the round lies behind us."""
    at = clock.now()
    round_ = around(at)
    pilot = factories.pilot()
    rated_at = at - 2 * DAY
    for _ in range(5):
        answer(factories.questionnaire(engagement=served(pilot)), 5, at=at)
    move_stage(round_, "satisfaction", at - 30 * DAY, rated_at)
    return pilot


def test_before_the_windows_end_the_page_says_until_when(chen):
    around(clock.now())
    shown = read(chen.get(YEAR))
    assert "满意度评价期尚未结束" in shown
    assert "计算评价结果" not in shown
    told = chen.post(f"{YEAR}compute/", follow=True)
    assert "尚未结束，不能计算" in read(told)
    assert not Evaluation.objects.exists()


def test_the_whole_way_from_computing_to_the_published_list(chen, zhao, auditor, over):
    assert "计算评价结果" in read(chen.get(YEAR))
    assert "计算评价结果" not in read(auditor.get(YEAR))
    assert "已计算 1 家机构" in read(chen.post(f"{YEAR}compute/", follow=True))
    assert "已经计算" in read(chen.post(f"{YEAR}compute/", follow=True))
    row = Evaluation.objects.get()
    assert "已告知 1 家" in read(chen.post(f"{YEAR}notify/", follow=True))
    assert "已告知 0 家" in read(chen.post(f"{YEAR}notify/", follow=True))
    page = read(zhao.get(case(row)))
    assert "作出决定" in page
    assert "满意率 = 总体满意 4 分及以上 5 份" in page
    assert "作出决定</a>" not in read(chen.get(case(row)))
    ask = zhao.get(f"{case(row)}decide/")
    assert ask.context["form"].initial == {"decision": "keep"}
    assert zhao.post(f"{case(row)}decide/", {"decision": "keep", "note": "评价合格"}).status_code == 302
    assert f'href="{YEAR}publish/"' in read(zhao.get(YEAR))
    assert zhao.get(f"{YEAR}publish/").status_code == 200
    assert zhao.post(f"{YEAR}publish/", {"document_number": "示例〔2024〕2号"}).status_code == 302
    assert f'href="{YEAR}publish/"' not in read(zhao.get(YEAR))
    assert Publication.objects.get(kind="RESULT").document_number == "示例〔2024〕2号"
    again = zhao.post(f"{YEAR}publish/", {"document_number": "示例〔2024〕9号"})
    assert again.status_code == 409
    assert "示例〔2024〕9号" in read(again)


def test_a_decision_that_lacks_something_keeps_what_was_typed(zhao):
    row = factories.evaluation("NOTIFIED")
    address = f"{case(row)}decide/"
    answered = zhao.post(address, {"decision": "remove", "note": "满意率低于规定"})
    assert answered.status_code == 422
    assert "移出须填写文号" in read(answered)
    assert "满意率低于规定" in read(answered)
    assert zhao.post(address, {"note": "理由"}).status_code == 422
    assert Evaluation.objects.get().state == "NOTIFIED"


def test_an_objection_stands_on_the_page_of_the_case(zhao):
    row = factories.evaluation("OBJECTED", objection="验收家数少计 1 家")
    assert "验收家数少计 1 家" in read(zhao.get(case(row)))


def test_the_ranking_shows_the_figures_in_order_of_rank(chen):
    rows = [judged(factories.pilot(), *[5] * 6, rank=rank) for rank in (2, None, 1)]
    shown = [row for row, _ in chen.get(YEAR).context["rows"]]
    assert [row.pk for row in shown] == [rows[2].pk, rows[0].pk, rows[1].pk]
    assert "6/6" in read(chen.get(YEAR))


def test_the_ranking_costs_the_same_with_thirty_rows(chen):
    def add(n):
        for _ in range(n):
            factories.award(evaluation=factories.evaluation("PUBLISHED", decision="keep"))

    assert_same_queries(chen, YEAR, add_rows=add)


def test_a_round_that_is_not_there_is_not_found(chen, zhao):
    assert chen.get(f"{ROUNDS}1999/").status_code == 404
    assert chen.post(f"{ROUNDS}1999/compute/").status_code == 404
    assert zhao.get(f"{ROUNDS}1999/publish/").status_code == 404
    assert chen.get(f"{ROUNDS}case/1/").status_code == 404


# Awards ---------------------------------------------------------------------------------


def test_an_award_goes_its_way_over_the_pages(chen, zhao):
    row = judged(factories.pilot(), *[5] * 5, state="PUBLISHED", decision="keep")
    assert "提请奖补" in read(chen.get(case(row)))
    propose = f"{case(row)}award/"
    assert "提议人不能登记批准" in read(chen.get(propose))
    assert chen.post(propose, {"amount_fen": "100,000.50", "reason": "效益突出"}).status_code == 302
    award = Award.objects.get()
    assert award.amount_fen == 10_000_050
    assert "提请奖补</a>" not in read(chen.get(case(row)))
    twice = chen.post(propose, {"amount_fen": "1", "reason": "再次提请"})
    assert twice.status_code == 409
    assert "再次提请" in read(twice)
    assert "登记批准</a>" not in read(zhao.get(case(row)))
    assert "公示拟奖补名单" in read(zhao.get(YEAR))
    assert chen.post(f"{YEAR}publicity/").status_code == 403
    assert "已公示 1 家" in read(zhao.post(f"{YEAR}publicity/", follow=True))
    assert "公示拟奖补名单" not in read(zhao.get(YEAR))
    early = zhao.post(award_at(award, "approve"), PAPER)
    assert early.status_code == 409
    assert "期满后方可办理" in read(early)
    assert PAPER["minutes"] in read(early)
    Award.objects.update(publicity_until=clock.now())
    assert "登记批准</a>" in read(zhao.get(case(row)))
    typed = {"body": "局长办公会（示例）", "minutes": "", "document_number": "示例〔2024〕3号"}
    lacking = zhao.post(award_at(award, "approve"), typed)
    assert lacking.status_code == 422
    assert "局长办公会（示例）" in read(lacking)
    assert zhao.post(award_at(award, "approve"), PAPER).status_code == 302
    assert "会议纪要〔示例〕5号" in read(zhao.get(case(row)))
    assert zhao.post(f"{YEAR}publish-awards/", {}).status_code == 302
    assert zhao.post(f"{YEAR}publish-awards/", {}).status_code == 409
    assert chen.post(award_at(award, "pay")).status_code == 302
    assert zhao.post(award_at(award, "recover"), {"note": "材料不实"}).status_code == 302
    assert chen.post(award_at(award, "recovered")).status_code == 302
    assert Award.objects.get().state == "RECOVERED"


@pytest.mark.parametrize("amount", ["", "-1", "十万", "1.005"])
def test_an_amount_that_is_none_is_refused_and_the_reason_stays(chen, amount):
    row = factories.evaluation("PUBLISHED", decision="keep")
    answered = chen.post(f"{case(row)}award/", {"amount_fen": amount, "reason": "效益突出"})
    assert answered.status_code == 422
    assert "效益突出" in read(answered)
    assert not Award.objects.exists()


def test_a_reduction_asks_for_the_lower_amount(zhao):
    award = factories.award("APPROVED")
    address = award_at(award, "reduce")
    assert "扣减后金额" in read(zhao.get(address))
    answered = zhao.post(address, {"amount_fen": "200000", "note": "个别材料不实"})
    assert answered.status_code == 422
    assert "须低于原金额" in read(answered)
    assert "个别材料不实" in read(answered)
    assert zhao.post(address, {"amount_fen": "60000", "note": "个别材料不实"}).status_code == 302
    assert (Award.objects.get().state, Award.objects.get().amount_fen) == ("REDUCED", 6_000_000)


@pytest.mark.parametrize(("state", "move"), [("PUBLICITY", "reject"), ("APPROVED", "cancel")])
def test_an_award_is_refused_or_cancelled_with_its_reason(zhao, state, move):
    award = factories.award(state)
    assert zhao.post(award_at(award, move), {"note": ""}).status_code == 422
    assert zhao.post(award_at(award, move), {"note": "材料不实"}).status_code == 302
    assert Award.objects.get().state in {"REJECTED", "CANCELLED"}


def test_an_award_held_by_a_sanction_says_so_on_the_page(zhao):
    award = factories.award("PUBLICITY")
    factories.sanction(organisation=award.pilot.organisation)
    answered = zhao.post(award_at(award, "approve"), PAPER)
    assert answered.status_code == 409
    assert "奖补暂缓" in read(answered)
    assert PAPER["minutes"] in read(answered)


def test_an_unknown_move_is_no_address(zhao):
    assert zhao.get(award_at(factories.award(), "explode")).status_code == 404


def test_the_reader_sees_everything_and_no_button(auditor):
    row = factories.evaluation("PUBLISHED", decision="keep")
    award = factories.award("PUBLICITY", evaluation=row)
    awards.approve(award, **PAPER, by=factories.city_chief_zhao(), at=NOW)
    shown = read(auditor.get(case(row)))
    assert "会议纪要〔示例〕5号" in shown
    for words in ("作出决定</a>", "登记拨付", "提请奖补</a>"):
        assert words not in shown
