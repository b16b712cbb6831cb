"""Checks what comes in by POST at the year's end; validates and hands on, never saves."""

from typing import Any

from django import forms

from evaluation.models import Evaluation, Sanction
from evaluation.rules import DIMENSIONS, REASON_UP_TO
from pilot_portal.common.fields import CountField, DayField, PlainForm, WordsField, YuanField

SCALE = [
    (str(n), word)
    for n, word in ((5, "5 很满意"), (4, "4 满意"), (3, "3 一般"), (2, "2 不满意"), (1, "1 很不满意"))
]
DECISIONS = [
    (v.value, v.label)
    for v in (Evaluation.Verdict.KEEP, Evaluation.Verdict.RECTIFY, Evaluation.Verdict.REMOVE)
]


class RatingForm(PlainForm):
    """The questionnaire: seven dimensions, a reason where the mark is low, would one go on."""

    would_continue = forms.ChoiceField(
        label="是否愿意继续合作",
        choices=[("1", "愿意"), ("0", "不愿意")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择是否愿意继续合作。"},
    )
    comment = WordsField(label="意见建议（选填）", rows=4, required=False, max_length=1000)
    comment_public = forms.BooleanField(label="同意把意见建议的文字给机构看（不含单位名称）", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in DIMENSIONS.items():
            self.fields[key] = forms.ChoiceField(
                label=label,
                choices=SCALE,
                widget=forms.RadioSelect,
                error_messages={"required": f"请为“{label}”打分。"},
            )
            self.fields[f"reason_{key}"] = WordsField(
                label=f"“{label}”的原因", required=False, max_length=300, help_text="打 2 分及以下时必填"
            )
        order = [name for key in DIMENSIONS for name in (key, f"reason_{key}")]
        self.order_fields([*order, "would_continue", "comment", "comment_public"])

    def clean(self) -> dict[str, Any]:
        """A low mark needs its reason."""
        data = super().clean() or {}
        for key, label in DIMENSIONS.items():
            mark = int(data.get(key) or 0)
            if 0 < mark <= REASON_UP_TO and not data.get(f"reason_{key}"):
                self.add_error(f"reason_{key}", f"“{label}”为 {mark} 分，请写明原因，以便改进。")
        return data

    def answers(self) -> dict[str, int | None]:
        """The marks."""
        return {key: int(self.cleaned_data[key]) for key in DIMENSIONS}

    def reasons(self) -> dict[str, str]:
        """The reasons."""
        return {key: self.cleaned_data[f"reason_{key}"] for key in DIMENSIONS}


class FollowUpForm(PlainForm):
    """One follow-up in words."""

    text = WordsField(label="追评", rows=5, max_length=1000)


class NoteForm(PlainForm):
    """A reason in words."""

    note = WordsField(label="理由", rows=4)

    def __init__(self, *args: Any, required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = required
        self.fields["note"].label = "理由" if required else "说明（选填）"


class DecisionForm(NoteForm):
    """The chief's decision on an evaluation."""

    decision = forms.ChoiceField(
        label="决定", choices=DECISIONS, widget=forms.RadioSelect, error_messages={"required": "请选择决定。"}
    )
    document_number = WordsField(label="文号（移出时必填）", required=False, max_length=60)
    field_order = ("decision", "note", "document_number")


class DocumentForm(PlainForm):
    """A document number for a publication."""

    document_number = WordsField(label="文号（选填）", required=False, max_length=60)


class AwardForm(PlainForm):
    """A proposed award."""

    amount_fen = YuanField(label="金额（元）")
    reason = WordsField(label="理由", rows=3, max_length=300)


class ReductionForm(NoteForm):
    """What is left of an award, and why."""

    amount_fen = YuanField(label="扣减后金额（元）")
    field_order = ("amount_fen", "note")


class ApprovalForm(PlainForm):
    """The bureau's approval of an award."""

    body = WordsField(label="批准会议", max_length=80)
    minutes = WordsField(label="会议纪要", max_length=80)
    document_number = WordsField(label="文号", max_length=60)


class ClueForm(PlainForm):
    """A clue against an institution, an applicant or an enterprise of the round."""

    organisation = forms.ChoiceField(label="当事单位", error_messages={"required": "请选择当事单位。"})
    clue = WordsField(label="线索", rows=5)

    def __init__(self, *args: Any, bodies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [("", "请选择"), *bodies]


class HearingForm(PlainForm):
    """What was found and what the body says."""

    findings = WordsField(label="核查情况", rows=5)
    statement = WordsField(label="当事人陈述", rows=5, help_text="未陈述的写明“逾期未陈述”")


class SanctionForm(NoteForm):
    """The decision on a sanction."""

    measure = forms.ChoiceField(
        label="措施",
        choices=Sanction.Measure.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择措施。"},
    )
    document_number = WordsField(label="文号", max_length=60)
    ends_on = DayField(label="公布至")
    field_order = ("measure", "document_number", "ends_on", "note")


class ResultForm(PlainForm):
    """A claimed cultivation result."""

    enterprise = forms.ChoiceField(label="企业", error_messages={"required": "请选择企业。"})
    tier = forms.ChoiceField(label="达到的称号", error_messages={"required": "请选择称号。"})
    reached_on = DayField(label="认定日期")
    evidence = WordsField(label="认定文件名称和文号", max_length=200)

    def __init__(
        self, *args: Any, enterprises: list[tuple[str, str]], tiers: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enterprise"].choices = [("", "请选择"), *enterprises]
        self.fields["tier"].choices = [("", "请选择"), *tiers]


class SharesForm(PlainForm):
    """How several institutions share one result, in percent."""

    def __init__(self, *args: Any, sharers: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for pk, name in sharers:
            self.fields[f"share_{pk}"] = CountField(label=f"{name}（%）", required=False)

    def shares(self) -> dict[int, int]:
        """Percent by roster entry; nothing typed is nothing."""
        return {int(name.removeprefix("share_")): value or 0 for name, value in self.cleaned_data.items()}
