"""The tags and filters of every page."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template

from pilot_portal.desk.templatetags import portal

BEIJING = ZoneInfo("Asia/Shanghai")


def rendered(source, **context):
    return Template("{% load portal %}" + source).render(Context(context))


class Small(forms.Form):
    name = forms.CharField(label="名称", help_text="与营业执照一致", required=False)
    kinds = forms.MultipleChoiceField(
        label="类型", choices=[("a", "甲"), ("b", "乙")], widget=forms.CheckboxSelectMultiple
    )
    region = forms.ChoiceField(label="县市区", choices=[("1", "荷塘区")], required=False)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("full", "2023年3月10日 16:20"),
        ("day", "2023年3月10日"),
        ("short", "3月10日 16:20"),
        ("clock", "16:20"),
    ],
)
def test_moments_are_shown_in_beijing_time(shape, words):
    moment = dt.datetime(2023, 3, 10, 8, 20, tzinfo=dt.UTC)
    assert portal.beijing(moment, shape) == f'<time datetime="2023-03-10T16:20:00+08:00">{words}</time>'


def test_a_day_needs_no_clock():
    assert portal.beijing(dt.date(2023, 3, 10)) == '<time datetime="2023-03-10">2023年3月10日</time>'


def test_midnight_is_24_o_clock_of_the_day_that_ends():
    end = dt.datetime(2023, 3, 11, tzinfo=BEIJING)
    assert portal.deadline_time(end) == (
        '<time datetime="2023-03-11T00:00:00+08:00">2023年3月10日 24:00</time>'
    )


def test_no_moment_is_a_dash():
    assert portal.beijing(None) == portal.deadline_time(None) == "—"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Decimal("1402.75"), "1,402.75"),
        (Decimal("-0.005"), "-0.01"),
        (1402, "1,402.00"),
        ("1468.3", "1,468.30"),
        ("约一千", "约一千"),
        ("", "—"),
        (None, "—"),
        (Decimal("NaN"), "NaN"),
    ],
)
def test_amounts(value, words):
    assert portal.money(value) == words


def test_fen_are_shown_in_yuan():
    assert portal.fen(123456) == "1,234.56"
    assert portal.fen(None) == "—"


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (10_000, "10,000"), (10_001, "超过 10,000"), (None, "—")]
)
def test_counts_are_exact_up_to_ten_thousand(value, words):
    assert portal.count(value) == words


def test_other_numbers():
    assert portal.number(1234567) == "1,234,567"
    assert portal.number(None) == "—"
    assert portal.percent(Decimal("0.825")) == "82%"
    assert portal.percent(Decimal("0.825"), 1) == "82.5%"
    assert portal.percent(None) == "—"
    assert [portal.filesize(n) for n in (312, 312_000, 3_120_000, None)] == ["312 B", "305 KB", "3.0 MB", "—"]


def test_digits_of_a_countdown_are_set_large_and_escaped():
    assert portal.big_digits("3天<") == '<span class="num">3</span>天&lt;'


def test_an_icon_says_something_only_when_it_has_a_label():
    assert 'aria-hidden="true"' in portal.icon("bell")
    assert 'aria-label="满意"' in portal.icon("star", "满意")


def test_every_icon_that_templates_use_is_in_the_sprite(settings):
    folder = settings.BASE_DIR / "static"
    sprite = (folder / "icons.svg").read_text(encoding="utf-8")
    used = {
        part.split('"', 1)[0]
        for page in (settings.BASE_DIR / "templates").rglob("*.html")
        for part in page.read_text(encoding="utf-8").split('{% icon "')[1:]
    }
    assert used
    assert not [name for name in used if f'<symbol id="{name}"' not in sprite]


def test_a_qr_code_holds_its_modules_and_nothing_inline():
    drawn = portal.qr("https://portal.example.test/verify/AB12/")
    assert drawn.startswith('<svg class="qr" role="img" aria-label="二维码"')
    assert "style=" not in drawn
    assert "h7v1h-7z" in drawn  # the edge of a finder pattern


def test_tones_of_moves_and_states_find_their_classes():
    assert [portal.badge_tone(t) for t in ("primary", "back", "danger", "plain", "unheard")] == [
        "ok",
        "wait",
        "bad",
        "plain",
        "",
    ]
    assert [portal.button_tone(t) for t in ("primary", "danger", "plain")] == [
        "btn-primary",
        "btn-outline-danger",
        "",
    ]
    assert portal.tone_icon("success") == "check"


def test_an_error_summary_links_to_a_control_or_to_the_first_of_its_choices():
    form = Small()
    assert portal.anchor(form["name"]) == "id_name"
    assert portal.anchor(form["kinds"]) == "id_kinds_0"
    assert [portal.field_id(n) for n in ("phone", "id_phone")] == ["id_phone", "id_phone"]


def test_errors_are_counted_on_forms_alone():
    assert portal.error_count(Small({})) == 1
    assert portal.error_count(Small()) == portal.error_count("") == 0


def test_a_bare_control_is_named_and_described():
    form = Small({"name": ""})
    form.add_error("name", "请填写名称")
    drawn = rendered('{% control form.name label="服务机构名称" %}', form=form)
    assert 'class="form-control is-invalid"' in drawn
    assert 'aria-label="服务机构名称"' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'class="form-select"' in rendered("{% control form.region %}", form=form)


def test_a_key_is_looked_up():
    assert rendered("{{ d|lookup:k }}{{ n|lookup:k|default_if_none:'-' }}", d={"a": 1}, k="a", n=3) == "1-"
