"""Tags and filters of every page: icons, QR codes, dates in Beijing time, money, tones. None runs a query."""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import segno
from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pilot_portal.common.clock import beijing as to_beijing
from pilot_portal.common.clock import spoken
from pilot_portal.rounds.models import Round

register = template.Library()

CENT = Decimal("0.01")
EXACT_UP_TO = 10_000
KIB = 1024
DASH = "—"

# What a move, a state, a check or a message calls its tone, and the class the style sheet knows.
TONES = {
    "primary": "ok",
    "success": "ok",
    "good": "ok",
    "ok": "ok",
    "warning": "wait",
    "warn": "wait",
    "wait": "wait",
    "back": "wait",
    "danger": "bad",
    "error": "bad",
    "bad": "bad",
    "info": "info",
    "now": "info",
    "plain": "plain",
    "mute": "",
    "muted": "",
    "": "",
}
BUTTONS = {"primary": "btn-primary", "danger": "btn-outline-danger"}
MESSAGE_ICONS = {"ok": "check", "wait": "alert", "bad": "alert", "info": "info"}


# What a page is about ----------------------------------------------------------------

# Through which of its relations a case knows its round, where it has no round of its own.
WAYS_TO_THE_ROUND = ("demand", "pilot", "application", "engagement", "list", "batch")


def _round_at_hand(value: Any) -> Round | None:
    if isinstance(value, Round):
        return value
    loaded = getattr(getattr(value, "_state", None), "fields_cache", {})
    if "round" in loaded:
        return loaded["round"]
    return next((_round_at_hand(loaded[way]) for way in WAYS_TO_THE_ROUND if way in loaded), None)


@register.simple_tag(takes_context=True)
def rehearsal(context: template.Context) -> str:
    """The title of the rehearsal (征求意见) that the page is about; "" where nothing on it is one.

    Looks at what the view handed over, a round or a case whose round is loaded, so that no page of a
    rehearsal can forget to say so. Runs no query.
    """
    found = (_round_at_hand(value) for layer in context.dicts for value in layer.values())
    return next((round_.title for round_ in found if round_ is not None and round_.is_rehearsal), "")


# Drawings ---------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One symbol of `static/icons.svg`. Decorative unless `label` is given, which screen readers then say."""
    address = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="ico" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address
        )
    return format_html('<svg class="ico" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.simple_tag
def qr(text: str, label: str = "二维码") -> SafeString:
    """A QR code as inline SVG: no image file, no inline style, sharp on paper."""
    code = segno.make(text, error="m", micro=False)
    runs = []
    for y, row in enumerate(code.matrix):
        x = 0
        for dark, run in _runs(row):
            if dark:
                runs.append(f"M{x} {y}h{run}v1h-{run}z")
            x += run
    side = len(code.matrix)
    return format_html(
        '<svg class="qr" role="img" aria-label="{}" viewBox="-4 -4 {} {}">'
        '<rect class="paper" x="-4" y="-4" width="{}" height="{}"></rect><path d="{}"></path></svg>',
        label,
        side + 8,
        side + 8,
        side + 8,
        side + 8,
        "".join(runs),
    )


def _runs(row: bytearray) -> list[tuple[bool, int]]:
    """A row of modules as (dark, length) runs."""
    runs: list[tuple[bool, int]] = []
    for module in row:
        dark = bool(module)
        if runs and runs[-1][0] == dark:
            runs[-1] = (dark, runs[-1][1] + 1)
        else:
            runs.append((dark, 1))
    return runs


# Time -------------------------------------------------------------------------------


@register.filter
def beijing(moment: dt.datetime | dt.date | None, shape: str = "full") -> SafeString | str:
    """A moment in Beijing time inside `<time>`: 2023年3月10日 16:20.

    `shape`: "full", "day" (2023年3月10日), "short" (3月10日 16:20), "clock" (16:20). A plain date is shown as
    a day. None gives a dash.
    """
    if not moment:
        return DASH
    if not isinstance(moment, dt.datetime):
        return format_html('<time datetime="{}">{}年{}月{}日</time>', moment.isoformat(), *_ymd(moment))
    local = to_beijing(moment)
    year, month, day = _ymd(local)
    words = {
        "full": f"{year}年{month}月{day}日 {local:%H:%M}",
        "day": f"{year}年{month}月{day}日",
        "short": f"{month}月{day}日 {local:%H:%M}",
        "clock": f"{local:%H:%M}",
    }[shape]
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), words)


def _ymd(day: dt.date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


@register.filter
def deadline_time(moment: dt.datetime | None) -> SafeString | str:
    """A deadline inside `<time>`; midnight is 24:00 of the day that ends: 2023年3月10日 24:00."""
    if not moment:
        return DASH
    local = to_beijing(moment)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), spoken(moment))


@register.filter
def big_digits(words: str) -> SafeString:
    """`3天9小时` with its numbers set large."""
    parts = re.split(r"(\d+)", str(words or ""))
    return format_html_join(
        "", "{}", ((format_html('<span class="num">{}</span>', p) if p.isdigit() else p,) for p in parts if p)
    )


# Numbers ----------------------------------------------------------------------------


def _decimal(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@register.filter
def money(value: Any) -> str:
    """An amount with thousand separators and two decimals: 1,402.75. What is no number is shown as it is."""
    number = _decimal(value)
    if number is None:
        return str(value) if value not in (None, "") else DASH
    return f"{number.quantize(CENT, ROUND_HALF_UP):,}"


@register.filter
def fen(value: Any) -> str:
    """An amount kept in fen, shown in 元: 123456 is 1,234.56."""
    number = _decimal(value)
    return DASH if number is None else f"{(number / 100).quantize(CENT, ROUND_HALF_UP):,}"


@register.filter
def number(value: Any) -> str:
    """A whole number with thousand separators; a dash for nothing."""
    amount = _decimal(value)
    return DASH if amount is None else f"{amount.normalize():,f}"


@register.filter
def count(value: Any) -> str:
    """How many: exact up to 10,000, then 「超过 10,000」, everywhere the same."""
    amount = _decimal(value)
    if amount is None:
        return DASH
    return f"超过 {EXACT_UP_TO:,}" if amount > EXACT_UP_TO else f"{int(amount):,}"


@register.filter
def percent(value: Any, digits: int = 0) -> str:
    """A share between 0 and 1 as a percentage: 0.63 is 63%."""
    share = _decimal(value)
    return DASH if share is None else f"{share * 100:.{int(digits)}f}%"


@register.filter
def filesize(value: Any) -> str:
    """Bytes as people read them: 312 KB, 1.4 MB."""
    size = _decimal(value)
    if size is None:
        return DASH
    if size < KIB:
        return f"{int(size)} B"
    return f"{size / KIB:.0f} KB" if size < KIB * KIB else f"{size / KIB / KIB:.1f} MB"


# Classes ----------------------------------------------------------------------------


@register.filter
def badge_tone(tone: Any) -> str:
    """The class of a status word for a tone; unknown tones are grey."""
    return TONES.get(str(tone or ""), "")


@register.filter
def button_tone(tone: Any) -> str:
    """The class of a button for the tone of a move."""
    return BUTTONS.get(str(tone or ""), "")


@register.filter
def tone_icon(tone: Any) -> str:
    """The icon that goes with a tone."""
    return MESSAGE_ICONS.get(badge_tone(tone), "info")


# Forms ------------------------------------------------------------------------------


@register.filter
def anchor(field: BoundField) -> str:
    """The id an error summary links to: the control itself, or the first of a group of choices."""
    if field.id_for_label:
        return field.id_for_label
    return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id


@register.filter
def field_id(name: str) -> str:
    """The id of a problem's field: `phone` is `id_phone`; what bears an id already is left alone."""
    return name if name.startswith("id_") else f"id_{name}"


@register.filter
def error_count(form: Any) -> int:
    """How many things a bound form asks to be mended; 0 for none, and for what is no form."""
    errors = getattr(form, "errors", None)
    return sum(len(found) for found in errors.values()) if errors else 0


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """`mapping[key]` where the key is a variable; None where there is none."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.simple_tag
def control(field: BoundField, label: str = "", hint: str = "") -> SafeString:
    """The bare control of a field, told apart for screen readers where the page lays out the rest itself.

    `label` names it where no visible <label> does (cells of a table); `hint` says that the page shows a hint
    under `<auto_id>_helptext` (as `components/input.html` does). An error stands under `<auto_id>_error`.
    """
    described = [f"{field.auto_id}_helptext"] if hint or field.help_text else []
    if field.errors:
        described.append(f"{field.auto_id}_error")
    kind = "form-select" if getattr(field.field.widget, "input_type", "") == "select" else "form-control"
    own = field.field.widget.attrs.get("class", "")
    attrs: dict[str, Any] = {
        "class": " ".join(part for part in (own, kind, "is-invalid" if field.errors else "") if part),
        "placeholder": False,
    }
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if label:
        attrs["aria-label"] = label
    return field.as_widget(attrs=attrs)
