"""The form of one row of a workbook. What is right is decided by `rules.edits`, in one place."""

from typing import Any

from django import forms

from demands.rules.words import KIND_CODES, TIER_CODES
from pilot_portal.common.fields import PlainForm
from pilot_portal.common.text import whole

BLANK = ("", "—")


def _words(words: Any) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class RowForm(PlainForm):
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
    revision = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, regions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].choices = [BLANK, *_words(regions)]

    @property
    def seen(self) -> int:
        """The revision of the row that the officer saw; none that ever was where the page sent none."""
        seen = whole(str(self.cleaned_data.get("revision") or ""))
        return -1 if seen is None else seen

    def typed(self) -> dict[str, Any]:
        """What was typed, by field."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}
