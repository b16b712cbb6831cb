"""Checks what the city types on the settings pages; never saves."""

import datetime as dt
from typing import Any

from django import forms

from pilot_portal.common import clock
from pilot_portal.common.fields import CountField, DayField, PlainForm, WordsField
from pilot_portal.regions.queries import active_regions
from pilot_portal.rounds.settings_table import SETTINGS


class ExtensionForm(PlainForm):
    """Move the end of a stage to later, for all or for one county."""

    last_day = DayField(label="新的截止日期", help_text="当日 24:00（北京时间）截止")
    region = forms.ChoiceField(label="范围", required=False)
    reason = WordsField(label="理由", max_length=300, rows=3)
    document_number = WordsField(label="文号（选填）", max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regions = {region.code: region for region in active_regions()}
        self.fields["region"].choices = [("", "全市"), *((c, r.name) for c, r in self.regions.items())]

    def ends_at(self) -> dt.datetime:
        """24:00 of the day."""
        return clock.end_of_day(self.cleaned_data["last_day"])


class SettingForm(PlainForm):
    """A new value of one setting."""

    reason = WordsField(label="理由（选填）", max_length=300, required=False)
    document_number = WordsField(label="文号（选填）", max_length=60, required=False)
    field_order = ("value", "reason", "document_number")

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = SETTINGS[key]
        if isinstance(item.default, bool):
            self.fields["value"] = forms.TypedChoiceField(
                label=item.label,
                choices=[("1", "开"), ("0", "关")],
                coerce=lambda typed: typed == "1",
                widget=forms.RadioSelect,
                error_messages={"required": "请选择。"},
            )
        else:
            label = f"{item.label}（{item.unit}）" if item.unit else item.label
            self.fields["value"] = CountField(label=label, help_text=item.help)
        self.order_fields(self.field_order)
