"""The forms of one row of a workbook. What is right is decided by the rules, in one place."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from demands.rules.library import SIZES
from demands.rules.words import KIND_CODES, TIER_CODES
from pilot_portal.common.fields import PlainForm
from pilot_portal.common.text import whole

BLANK = ("", "—")


def _words(words: Any) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class SeenForm(PlainForm):
    """A form that knows which revision of the row the officer saw."""

    revision = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def seen(self) -> int:
        """The revision of the row that the officer saw; none that ever was where the page sent none."""
        seen = whole(str(self.cleaned_data.get("revision") or ""))
        return -1 if seen is None else seen

    def typed(self) -> dict[str, Any]:
        """What was typed, by field."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class RowForm(SeenForm):
    """Every column of Attachment 4; takes whatever is typed."""

    company = forms.CharField(label="企业名称", required=False)
    county = forms.ChoiceField(label="所属县市区", required=False)
    services = forms.MultipleChoiceField(
        label="所需服务（可多选）",
        required=False,
        choices=_words(KIND_CODES),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请从列出的类型中选择。"},
    )
    status = forms.ChoiceField(label="企业现状", required=False, choices=[BLANK, *_words(TIER_CODES)])
    target = forms.ChoiceField(label="发展目标", required=False, choices=[BLANK, *_words(TIER_CODES)])
    contact = forms.CharField(label="企业联系人", required=False)
    phone = forms.CharField(
        label="联系电话", required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    remark = forms.CharField(label="备注", required=False)

    def __init__(self, *args: Any, regions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].choices = [BLANK, *_words(regions)]


class MendForm(RowForm):
    """A demand that the county entered itself, as it should read; on paper also what the firm says itself.

    `also` are words that stand in the demand and that Attachment 4 does not offer. `shown` is what stood
    there when the page was made: what the officer left as it was never undoes a colleague's work.
    """

    shown = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    situation = forms.CharField(label="现状和困难", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    wish = forms.CharField(label="希望达到", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    reason = forms.CharField(
        label="更正的依据",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="如：3月8日电话向企业核实。记入办理过程，不要写联系方式。",
    )

    def __init__(self, *args: Any, also: Mapping[str, Sequence[str]], is_paper: bool, **kwargs: Any) -> None:
        super().__init__(*args, regions=[], **kwargs)
        for name in ("company", "county", *(() if is_paper else ("situation", "wish"))):
            del self.fields[name]
        for name, words in also.items():
            self.fields[name].choices = [*self.fields[name].choices, *_words(words)]

    def typed(self) -> dict[str, Any]:
        """What was typed, by field."""
        return {name: said for name, said in super().typed().items() if name != "shown"}

    def meet(self, now: Mapping[str, Any], step: int) -> None:
        """After a colleague's change: what was left as shown reads as it stands now, what was typed stays."""
        shown, data = _shown(self.cleaned_data["shown"]), self.data.copy()
        for name, said in now.items():
            if name in shown and self.cleaned_data[name] == shown[name]:
                data.setlist(name, said if isinstance(said, list) else [said])
        data["revision"], data["shown"] = str(step), json.dumps(now, ensure_ascii=False)
        self.data = data


def _shown(text: str) -> dict[str, Any]:
    try:
        shown = json.loads(text or "{}")
    except ValueError:
        return {}
    return shown if isinstance(shown, dict) else {}


YES_NO = [BLANK, ("是", "是"), ("否", "否")]


class LibraryRowForm(SeenForm):
    """Every column of a county's library; takes whatever is typed."""

    company = forms.CharField(label="企业名称", required=False)
    code = forms.CharField(label="统一社会信用代码", required=False)
    county = forms.ChoiceField(label="所属县市区", required=False)
    legal = forms.CharField(label="法定代表人", required=False)
    titles = forms.CharField(
        label="称号和认定日期",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="每行写一个，例如：省级专精特新中小企业 2022-08-05；有效期不写时按三年计算。",
    )
    chain = forms.ChoiceField(label="产业链", required=False)
    key_link = forms.CharField(label="关键环节", required=False)
    size = forms.ChoiceField(label="企业规模", required=False, choices=[BLANK, *_words(SIZES)])
    industry = forms.CharField(label="行业代码", required=False)
    manufacturing = forms.ChoiceField(label="是否制造业", required=False, choices=YES_NO)
    above_scale = forms.ChoiceField(label="是否规上", required=False, choices=YES_NO)
    above_since = forms.CharField(label="升规入统日期", required=False)
    contact = forms.CharField(label="联系人", required=False)
    phone = forms.CharField(
        label="联系电话", required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    consent = forms.ChoiceField(label="同意公开企业名称", required=False, choices=YES_NO)
    proof = forms.CharField(label="同意公开的依据", required=False)

    def __init__(self, *args: Any, regions: list[str], chains: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].choices = [BLANK, *_words(regions)]
        self.fields["chain"].choices = [BLANK, *_words(chains)]


class NewFirmForm(LibraryRowForm):
    """One firm added by hand: the columns of a list; all but the name may follow later."""

    # The records alike that were shown to the officer.
    shown = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, chains: list[str], **kwargs: Any) -> None:
        super().__init__(*args, regions=[], chains=chains, **kwargs)
        del self.fields["county"], self.fields["revision"]
        for name in self.fields.keys() - {"company", "shown"}:
            self.fields[name].label = f"{self.fields[name].label}（选填）"

    def typed(self) -> dict[str, Any]:
        """What was typed, by field."""
        return {name: value for name, value in self.cleaned_data.items() if name != "shown"}
