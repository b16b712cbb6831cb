"""What a page may hold: nothing from another host, nothing inline, nothing marked safe."""

import re

import pytest

from tests.house import sources

FOREIGN = re.compile(
    r"""\b(?:src|srcset|href|action|data|poster)\s*=\s*["']?\s*(?:https?:)?//[^"'\s>]*""", re.IGNORECASE
)
INLINE_SCRIPT = re.compile(
    r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*type\s*=\s*[\"']application/(?:ld\+)?json)[^>]*>", re.IGNORECASE
)
INLINE_STYLE = re.compile(r"<style\b[^>]*>|<[a-z][^<>]*?\sstyle\s*=", re.IGNORECASE)
HANDLER = re.compile(r"<[a-z][^<>]*?\son[a-z]+\s*=|\bjavascript:|\shx-on\b", re.IGNORECASE)
UNSAFE = re.compile(r"\|\s*safe(?:seq)?\b|{%\s*autoescape\s+off")
UNSAFE_CODE = re.compile(r"\bmark_safe\b|\bSafe(?:String|Text)\(")

RULES = {
    "from another host": FOREIGN,
    "inline script": INLINE_SCRIPT,
    "inline style": INLINE_STYLE,
    "inline handler": HANDLER,
    "marked safe": UNSAFE,
}


@pytest.mark.parametrize("rule", RULES)
def test_no_template_breaks(rule):
    places = sources.found_in(sources.templates(), RULES[rule])
    assert not places, f"{rule}:\n" + "\n".join(places)


def test_the_error_summary_stands_on_a_page_once():
    """base.html draws it; a page that draws its own takes that block, or the whole of <main>."""
    twice = [
        sources.short(path)
        for path in sources.templates()
        if "components/error_summary.html" in (text := path.read_text(encoding="utf-8"))
        and path.name != "base.html"
        and "{% block problems %}" not in text
        and 'id="main"' not in text
    ]
    assert not twice, f"drawn a second time in: {twice}"


def test_no_code_marks_text_safe():
    places = sources.found_in(sources.product_code(), UNSAFE_CODE)
    assert not places, "format_html escapes, mark_safe does not:\n" + "\n".join(places)


@pytest.mark.parametrize(
    ("rule", "markup"),
    [
        ("from another host", '<img src="https://example.test/a.png">'),
        ("from another host", "<a href=//example.test>"),
        ("inline script", "<script>alert(1)</script>"),
        ("inline style", '<p class="x" style="color: red">'),
        ("inline style", "<style>p {}</style>"),
        ("inline handler", '<button type="button" onclick="go()">'),
        ("inline handler", '<a href="javascript:go()">'),
        ("marked safe", "{{ text|safe }}"),
        ("marked safe", "{% autoescape off %}"),
    ],
)
def test_a_breach_is_noticed(rule, markup):
    assert RULES[rule].search(markup)


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="{% static "portal/portal.js" %}" defer></script>',
        '<script id="chart" type="application/json">{}</script>',
        '<a href="{% url "bulletin:home" %}" class="button">',
        '<svg xmlns="http://www.w3.org/2000/svg">',
        '<option value="1" selected>',
    ],
)
def test_what_is_allowed_passes(markup):
    assert not [rule for rule, pattern in RULES.items() if pattern.search(markup)]
