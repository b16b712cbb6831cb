"""Each component of templates/components, rendered with what its first comment says it takes."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace as Thing

import pytest
from crispy_forms.bootstrap import AppendedText, FormActions, InlineCheckboxes, InlineRadios
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string

from pilot_portal.common.errors import Problem, Refused

AT = dt.datetime(2023, 3, 9, 2, 12, tzinfo=dt.UTC)


def component(name, **context):
    return render_to_string(f"components/{name}.html", context)


def crispy(source, form):
    return Template("{% load crispy_forms_tags %}" + source).render(Context({"form": form}))


class Section(forms.Form):
    use_required_attribute = False
    name = forms.CharField(
        label="名称", help_text="与营业执照一致", error_messages={"required": "请填写名称"}
    )
    region = forms.ChoiceField(label="县市区", choices=[("1", "荷塘区"), ("2", "芦淞区")])
    kinds = forms.MultipleChoiceField(
        label="服务内容",
        help_text="可以多选",
        choices=[("a", "咨询管理"), ("b", "检验检测")],
        widget=forms.CheckboxSelectMultiple,
    )
    score = forms.ChoiceField(
        label="总体满意",
        help_text="1 至 5",
        choices=[(str(n), f"{n} 分") for n in range(1, 6)],
        widget=forms.RadioSelect,
    )
    amount = forms.CharField(label="金额（万元）")
    scan = forms.FileField(label="扫描件")
    agree = forms.BooleanField(label="已阅读", help_text="全文见附件 2")
    secret = forms.CharField(widget=forms.HiddenInput)


def test_a_field_is_label_hint_error_control_in_this_order():
    page = crispy("{{ form|crispy }}", Section({}, {}))
    field = page[page.index('id="div_id_name"') : page.index('id="div_id_region"')]
    order = [field.index(part) for part in ("<label", "_helptext", "请填写名称", "<input")]
    assert order == sorted(order)
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert "required" not in field


def test_choices_are_a_fieldset_described_as_a_whole():
    page = crispy("{{ form|crispy }}", Section({}, {}))
    assert '<fieldset aria-describedby="id_kinds_helptext id_kinds_error">' in page
    assert page.index('id="id_kinds_error"') < page.index('id="id_kinds_0"')
    assert '<label class="form-check-label" for="id_kinds_0">咨询管理</label>' in page


def test_labels_and_hints_are_escaped():
    form = Section()
    form.fields["name"].help_text = "<b>"
    assert "&lt;b&gt;" in crispy("{{ form|crispy }}", form)


def test_a_layout_keeps_the_house_classes():
    form = Section({}, {})
    form.helper = FormHelper()
    form.helper.layout = Layout(
        Fieldset("基本情况", "name"),
        InlineRadios("score"),
        InlineCheckboxes("kinds"),
        AppendedText("amount", "万元"),
        FormActions(Submit("go", "提交申报")),
    )
    form.helper.add_input(Submit("save", "保存"))
    page = crispy("{% crispy form %}", form)
    assert '<legend class="mark-h group-h">基本情况</legend>' in page
    assert '<span class="input-group-text" aria-hidden="true">万元</span>' in page
    assert page.count('class="actions') == 2
    assert "&lt;" not in page


def test_a_set_of_forms_tells_what_is_wrong_as_a_whole():
    rows = forms.formset_factory(Section, min_num=2, validate_min=True)(
        {"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"}
    )
    rows.is_valid()
    rows.helper = FormHelper()
    page = Template("{% load crispy_forms_tags %}{% crispy rows rows.helper %}").render(
        Context({"rows": rows})
    )
    assert 'role="alert"' in page


def test_the_error_summary_links_to_fields_problems_and_other_pages():
    form = Section({}, {})
    form.add_error(None, "两处不一致")
    page = component(
        "error_summary",
        form=form,
        problems=[
            Problem("请填写电话", field="phone"),
            {"message": "缺扫描件", "url": "/x/"},
            Problem("未到时间"),
        ],
    )
    for part in (
        'href="#id_name"',
        'href="#id_kinds_0"',
        'href="#id_phone"',
        'href="/x/"',
        "两处不一致",
        "未到时间",
    ):
        assert part in page
    assert 'role="alert"' in page
    assert 'tabindex="-1"' in page


def test_a_refusal_is_told_with_all_its_problems():
    page = component("error_summary", refusal=Refused("提交前请补齐", [Problem("请填写家数", field="n")]))
    assert "提交前请补齐" in page
    assert 'href="#id_n"' in page


def test_nothing_wrong_shows_no_summary():
    assert not component("error_summary", form=Section()).strip()


def test_errors_interrupt_and_news_are_polite():
    page = component(
        "messages", messages=[Message(constants.ERROR, "没有寄出"), Message(constants.SUCCESS, "已保存")]
    )
    assert (
        page.index('role="alert"')
        < page.index("没有寄出")
        < page.index('role="status"')
        < page.index("已保存")
    )


def test_a_deadline_says_24_o_clock_and_beijing_time():
    deadline = Thing(
        label="距申报截止",
        end=dt.datetime(2023, 3, 10, 16, tzinfo=dt.UTC),
        left_words="3天9小时",
        note="已延期",
    )
    page = component(
        "deadline", deadline=deadline, done=5, of=10, next_step="下一步", wide=True, tasks_url="/tasks/"
    )
    assert "2023年3月10日 24:00</time>（北京时间）" in page
    assert '<progress value="5" max="10"' in page


def test_a_timeline_tells_who_did_what_when_and_why():
    entry = Thing(label="退回修改", at=AT, actor_display="王示例", note="数据不一致", tone="back")
    page = component("timeline", entries=[entry], waiting=Thing(label="等待修改", note="周示例"))
    assert '<li class="back"><b>退回修改</b>' in page
    assert "王示例：数据不一致" in page


def test_moves_become_buttons_of_their_tone():
    moves = [
        Thing(label="推荐至市局", tone="primary", url="/a/"),
        Thing(label="不予推荐", tone="danger", url="/b/"),
    ]
    page = component("decide", moves=moves)
    assert '<a class="btn btn-primary" href="/a/">推荐至市局</a>' in page
    assert "btn-outline-danger" in page
    assert not component("decide", moves=[]).strip()


def test_an_empty_value_of_a_check_page_is_told():
    assert "未填写" in component("field_row", label="电话", value="", change_url="/c/", problem="请填写")
    assert "甲<br>乙" in component("field_row", label="说明", value="甲\n乙", long=True, note="见附件")


def test_a_three_way_price_adds_up_on_the_page():
    rows = [Thing(label="企业支付", note="分期", planned=Decimal("150000.5"), actual=None)]
    price = Thing(rows=rows, total_planned=Decimal("200000.5"), total_actual=None, note="以市局批复为准")
    page = component("price_table", price=price, has_actual=True)
    assert "200,000.50" in page
    assert "—" in page


STATE = Thing(label="待审核", tone="info")
OTHERS = {
    "empty": {"title": "没有需求", "why": "本批未发布", "action_url": "/x/", "action_label": "看全部"},
    "pager": {
        "total_text": "共 8 家",
        "next_url": "?a",
        "previous_url": "?b",
        "first_url": "?",
        "keys": True,
    },
    "badge": {"state": STATE},
    "filters": {"filter": Thing(form=Section({}, {})), "reset_url": "?"},
    "chips": {"chips": [Thing(label="芦淞区", url="?")], "clear_url": "?"},
    "stats": {"stats": [Thing(count=8, label="待审核", url="?", current=True)]},
    "checks": {
        "checks": [Thing(tone="warn", text="电话相同", url="/x/"), Thing(tone="good", text="正确", url="")]
    },
    "data_table": {"table": Thing(caption="各县", head=["县", "数"], rows=[["攸县", 3]]), "chart_url": "?"},
    "task_list": {
        "groups": [
            {"title": "一", "items": [Thing(label="名称", url="/x/", state=STATE), Thing(label="检查")]}
        ]
    },
    "kpi": {
        "kpi": Thing(title="小巨人", done=40, target=30, share=133, pace="good", pace_words="快"),
        "passed": 54,
    },
    "rating": {"field": Section({}, {})["score"]},
    "steps": {"steps": [Thing(label="填写", state=s) for s in ("done", "now", "next")]},
    "attachments": {
        "attachments": [Thing(title="执照.pdf", url="/f/", size=9, at=AT, note="甲", state=STATE)]
    },
    "confirm": {
        "move": Thing(label="退回", tone="danger"),
        "form": Section(),
        "consequence": "会退回",
        "back_url": "/",
    },
    "batch_plan": {
        "act": "推荐",
        "ready": [Thing(title="甲", note="乙")],
        "refused": [Thing(title="丙", reason="丁")],
    },
    "input": {"field": Section({}, {})["name"], "label": "名称", "hint": "说明"},
    "chart": {
        "chart": Thing(
            id="c", title="图", label="图：1", data='{"type":"bar"}', table_url="?", note="缺", long=True
        )
    },
    "chart_scripts": {},
    "diff": {
        "rows": [
            {"label": "资产", "before": "1", "after": "2"},
            {"label": "业绩", "before_parts": [("甲", False), ("乙", True)], "after_parts": [("丙", True)]},
            {"label": "说明"},
        ],
        "before_title": "第 1 次",
        "after_title": "第 2 次",
    },
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_component_shows_what_it_was_given(name):
    page = component(name, **OTHERS[name])
    assert "<" in page
    assert "&lt;" not in page


def test_a_paginated_list_keeps_its_query(rf):
    page = Paginator(range(50), 20).get_page(2)
    drawn = render_to_string(
        "components/pager.html", {"page": page}, request=rf.get("/x/?region=430203&page=2")
    )
    assert "共 50 项，第 2 页，共 3 页" in drawn
    assert 'href="?region=430203&amp;page=1" rel="prev"' in drawn
    assert 'href="?region=430203&amp;page=3" rel="next"' in drawn


def test_work_to_do_or_a_kind_word():
    assert "催办" in component(
        "todo", todo=[Thing(count=2, label="个未报", note="攸县", url="/x/", action="催办")]
    )
    assert "目前没有待办" in component("todo", todo=[])
