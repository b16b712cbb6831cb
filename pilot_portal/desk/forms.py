"""Checks what the city types on the settings pages; never saves."""

import datetime as dt
from typing import Any

from django import forms

from pilot_portal.common import clock
from pilot_portal.common.fields import CountField, DayField, PlainForm, WordsField
from pilot_portal.regions.queries import active_regions
from pilot_portal.rounds.models import Stage
from pilot_portal.rounds.settings_table import SETTINGS
from pilot_portal.rounds.stage_table import order_problems, usual_stages


class RoundForm(PlainForm):
    """A new round: its head as in the notice, and a first and a last day for each stage."""

    code = WordsField(label="批次代码", max_length=5, help_text="四位年份；同年第二个批次加字母，例如 2023B")
    title = WordsField(label="名称", max_length=120)
    document_number = WordsField(label="文号（选填）", max_length=60, required=False)
    baseline_date = DayField(label="成果基准日", help_text="这一天以后取得的称号计入培育成果")
    rehearsal = forms.BooleanField(
        label="征求意见（演练批次）", required=False, help_text="页面和文书都会注明，数据不计入正式结果"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in Stage.Kind.choices:
            self.fields[f"{kind}_first"] = DayField(label=f"{label}：开始")
            self.fields[f"{kind}_last"] = DayField(label=f"{label}：截止")

    @staticmethod
    def proposal(year: int) -> dict[str, Any]:
        """What an empty form begins with: the year of the notice, moved to this year."""
        days = usual_stages(year)
        first = {f"{kind}_first": first for kind, (first, _) in days.items()}
        last = {f"{kind}_last": last for kind, (_, last) in days.items()}
        title = f"{year}年株洲市支持服务机构（平台）培育优质企业试点"
        return {"code": str(year), "title": title, "baseline_date": dt.date(year, 1, 1)} | first | last

    def clean(self) -> dict[str, Any]:
        """The calendar must be possible: each reason stands at the last day of its stage."""
        data = super().clean() or {}
        for kind, why in order_problems(self.stages()).items():
            self.add_error(f"{kind}_last", why)
        return data

    def stages(self) -> dict[str, tuple[dt.date, dt.date]]:
        """Kind → first and last day, for the stages of which both are given."""
        data = self.cleaned_data
        both = {kind: (data.get(f"{kind}_first"), data.get(f"{kind}_last")) for kind in Stage.Kind.values}
        return {kind: (first, last) for kind, (first, last) in both.items() if first and last}

    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Label and both fields of each stage, for the table."""
        return [(label, self[f"{kind}_first"], self[f"{kind}_last"]) for kind, label in Stage.Kind.choices]

    def head(self) -> list[forms.BoundField]:
        """The fields above the table."""
        return [self[name] for name in ("code", "title", "document_number", "baseline_date", "rehearsal")]


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


WORDS = 500  # characters of a text of the round


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
        elif isinstance(item.default, str):
            self.fields["value"] = WordsField(
                label=item.label, rows=5, max_length=WORDS, help_text=f"{item.help}不超过 {WORDS} 字。"
            )
        else:
            label = f"{item.label}（{item.unit}）" if item.unit else item.label
            self.fields["value"] = CountField(label=label, help_text=item.help)
        self.order_fields(self.field_order)
