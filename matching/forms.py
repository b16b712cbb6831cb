"""Checks what comes in by POST; validates and hands on, never saves."""

import datetime as dt
from typing import Any

from django import forms

from matching.models import Claim, Engagement
from matching.rules import ClaimData, ContractData, Split
from pilot_portal.common.fields import AmountField, CountField, DayField, PlainForm, WordsField, YuanField

BEARERS = [("institution", "由机构承担"), ("enterprise", "由企业承担")]


class SplitForm(PlainForm):
    """The three-way price split in 元."""

    list_price_fen = YuanField(label="服务价格（元）", help_text="与贵机构价目表一致的标价")
    concession_fen = YuanField(label="机构让利（元）", help_text="机构（平台）让一点；没有填 0", initial="0")
    enterprise_fen = YuanField(label="企业支付（元）", help_text="企业出一点")
    government_fen = YuanField(
        label="政府补助（元）", help_text="拟申请，以市局批复为准；本年度未明确的填 0", required=False
    )

    def __init__(self, *args: Any, government_on: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not government_on:
            del self.fields["government_fen"]

    def split(self) -> Split:
        """The split as typed, in fen."""
        data = self.cleaned_data
        return Split(
            list_price=data["list_price_fen"],
            government=data.get("government_fen") or 0,
            concession=data["concession_fen"],
            enterprise=data["enterprise_fen"],
        )


class ClaimForm(SplitForm):
    """An offer on a demand."""

    kinds = forms.MultipleChoiceField(
        label="承接的服务",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择至少一类服务。", "invalid_choice": "没有这类服务。"},
    )
    proposal = WordsField(
        label="服务方案", rows=8, help_text="怎么做、分几步、交付什么、预期效果；不要写联系电话"
    )
    milestones = WordsField(label="阶段安排（选填）", rows=4, required=False)
    days = CountField(label="预计用时（天）")
    team = WordsField(
        label="服务团队（选填）", required=False, max_length=200, help_text="人数与专业，不写姓名电话"
    )
    payment = forms.ChoiceField(label="支付方式", choices=Claim.Payment.choices, widget=forms.RadioSelect)
    bears_ungranted = forms.ChoiceField(
        label="补助未获批时由谁承担", choices=BEARERS, widget=forms.RadioSelect, initial="institution"
    )

    field_order = ("kinds", "proposal", "milestones", "days", "team", "list_price_fen", "government_fen")

    def __init__(
        self, *args: Any, kinds: list[tuple[str, str]], government_on: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, government_on=government_on, **kwargs)
        self.fields["kinds"].choices = kinds
        if not government_on:
            del self.fields["bears_ungranted"]

    def claim_data(self) -> ClaimData:
        """What the operation takes."""
        data, split = self.cleaned_data, self.split()
        return ClaimData(
            kinds=tuple(data["kinds"]),
            proposal=data["proposal"],
            milestones=data["milestones"],
            days=data["days"],
            team=data["team"],
            list_price_fen=split.list_price,
            government_fen=split.government,
            concession_fen=split.concession,
            enterprise_fen=split.enterprise,
            payment=data["payment"],
            bears_ungranted=data.get("bears_ungranted") or "institution",
        )

    def typed(self) -> dict[str, Any]:
        """Everything as typed, for the draft; only what a database cannot keep is left out."""
        return {
            name: self.data.getlist(name) if name == "kinds" else self.data.get(name, "").replace("\0", "")
            for name in self.fields
        }


class ChoiceForm(PlainForm):
    """For each kind of the demand: which claim, or none."""

    def __init__(
        self, *args: Any, offers: list[tuple[str, str, list[tuple[str, str]]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for code, label, claims in offers:
            self.fields[f"kind_{code}"] = forms.ChoiceField(
                label=label,
                choices=[*claims, ("", "暂不选定")],
                widget=forms.RadioSelect,
                required=False,
                error_messages={"invalid_choice": "该机构没有揭这一类服务，请重新选择。"},
            )

    def chosen(self) -> dict[str, int]:
        """Kind code → claim's key, for the kinds that were chosen."""
        prefix = "kind_"
        return {name.removeprefix(prefix): int(value) for name, value in self.cleaned_data.items() if value}


class ContractForm(SplitForm):
    """What both sides agree on at signing."""

    signed_on = DayField(label="签约日期")
    starts_on = DayField(label="服务开始日期")
    ends_on = DayField(label="服务结束日期")
    payment = forms.ChoiceField(label="支付方式", choices=Claim.Payment.choices, widget=forms.RadioSelect)
    contract = forms.FileField(
        label="合同扫描件",
        required=False,
        help_text="双方盖章的合同，PDF 或图片，不超过 20 MB；已上传的不必重复上传",
    )

    def contract_data(self) -> ContractData:
        """What the operation takes."""
        data = self.cleaned_data
        return ContractData(
            data["signed_on"], data["starts_on"], data["ends_on"], self.split(), data["payment"]
        )


class SignForm(PlainForm):
    """The confirmation of a contract as it was shown."""

    seen = forms.DateTimeField(widget=forms.HiddenInput, required=False)


class LogForm(PlainForm):
    """One entry of the service log."""

    on = DayField(label="服务日期")
    hours = AmountField(label="用时（小时）", places=1)
    people = CountField(label="服务人数", initial="1")
    stage = WordsField(label="所处阶段（选填）", required=False, max_length=60)
    text = WordsField(label="服务内容", rows=4, help_text="做了什么、交付了什么、下一步")

    @staticmethod
    def first(today: dt.date) -> dict[str, str]:
        """What an empty form begins with."""
        return {"on": today.isoformat(), "people": "1"}


class NoteForm(PlainForm):
    """A reason in words; whether it is required the move says."""

    note = WordsField(label="理由", rows=4)

    def __init__(self, *args: Any, required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = required
        self.fields["note"].label = "理由" if required else "说明（选填）"


class TerminateForm(NoteForm):
    """The end of a contract with its cause."""

    cause = forms.ChoiceField(
        label="终止原因",
        choices=Engagement.Cause.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择终止原因。"},
    )
    field_order = ("cause", "note")
