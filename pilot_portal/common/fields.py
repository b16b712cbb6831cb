"""Form fields that take what people type: full-width digits, thousand separators, spaces."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from pilot_portal.common.errors import Refused
from pilot_portal.common.text import clean, normalise_mobile, normalise_phone, parse_amount, to_halfwidth

FEN = 100
CENTS = 2


class WordsField(forms.CharField):
    """A text: control, bidi and zero-width characters are refused in words."""

    def __init__(self, *, rows: int = 0, **kwargs: Any) -> None:
        if rows:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        kwargs.setdefault("error_messages", {}).setdefault("required", "请填写此项。")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """The cleaned text."""
        text = super().to_python(value) or ""
        try:
            return "\n".join(clean(line) for line in text.splitlines()).strip()
        except Refused as refusal:
            raise ValidationError(refusal.message) from refusal


class AmountField(forms.CharField):
    """A number as typed; gives a Decimal (None when empty and not required)."""

    unit = "万元"

    def __init__(self, *, places: int = CENTS, **kwargs: Any) -> None:
        self.places = places
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "num w-sm"}))
        kwargs.setdefault("error_messages", {}).setdefault("required", "请填写数字。")
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Decimal | None:
        """Parse what was typed."""
        text = super().clean(value)
        if text == "":
            return None
        try:
            amount = parse_amount(str(text), unit=self.unit)
        except Refused as refusal:
            raise ValidationError(refusal.message) from refusal
        exponent = amount.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > self.places:
            raise ValidationError(f"最多 {self.places} 位小数。" if self.places else "请填写整数。")
        return amount


class YuanField(AmountField):
    """An amount of money typed in 元; gives fen as int."""

    unit = "元"

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        """元 to fen, exactly."""
        amount = super().clean(value)
        return None if amount is None else int(amount * FEN)


class CountField(AmountField):
    """A whole number not below zero, or within given bounds; gives int."""

    unit = "家"

    def __init__(self, *, lowest: int = 0, highest: int = 1_000_000, **kwargs: Any) -> None:
        self.lowest, self.highest = lowest, highest
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "class": "num w-xs"}))
        super().__init__(places=0, **kwargs)

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        """The whole number."""
        amount = super().clean(value)
        if amount is None:
            return None
        if amount < 0:
            raise ValidationError("不能为负数。")
        if not self.lowest <= amount <= self.highest:
            raise ValidationError(f"请填写 {self.lowest} 至 {self.highest} 之间的数字。")
        return int(amount)


class PhoneField(forms.CharField):
    """A phone number in its plain form; 0731 is added to a local number of eight digits."""

    normalise = staticmethod(normalise_phone)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "class": "w-md"}))
        kwargs.setdefault("error_messages", {}).setdefault("required", "请填写电话。")
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """The number, or why it is none."""
        text = super().clean(value)
        if text == "":
            return ""
        try:
            return self.normalise(text)
        except Refused as refusal:
            raise ValidationError(refusal.message) from refusal


class MobileField(PhoneField):
    """A mobile number: what a person signs in with."""

    normalise = staticmethod(normalise_mobile)


class DayField(forms.DateField):
    """A day, from the native control or typed as 2023-3-1, 2023/3/1, 2023.3.1 or 2023年3月1日."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.DateInput(attrs={"type": "date", "class": "w-md"}, format="%Y-%m-%d")
        )
        messages = kwargs.setdefault("error_messages", {})
        messages.setdefault("required", "请填写日期。")
        messages.setdefault("invalid", "请填写日期，例如 2023-03-01。")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        """The day."""
        if isinstance(value, str):
            text = to_halfwidth(value).strip().rstrip("日")
            for sign in "年月/.":
                text = text.replace(sign, "-")
            value = text
        return super().to_python(value)


class PlainForm(forms.Form):
    """The base of the portal's forms: no HTML5 validation, the server says what is wrong."""

    use_required_attribute = False
