"""The form of a correction. What is right is decided by `rules.corrections`, in one place."""

from typing import Any

from django import forms

from pilot_portal.common.fields import PlainForm

Labels = list[tuple[str, str]]


class CorrectionForm(PlainForm):
    """The public fields as they should read, and why."""

    public_title = forms.CharField(label="标题", required=False)
    public_text = forms.CharField(
        label="内容",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="只改公开的文字，企业原文不变。",
    )
    kinds = forms.MultipleChoiceField(
        label="所需服务",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="已有机构揭榜的，改动服务或目标须由各机构确认。",
        error_messages={"invalid_choice": "请从列出的服务中选择。"},
    )
    target_tier = forms.ChoiceField(label="发展目标", required=False)
    due_on = forms.CharField(label="希望完成日期", required=False)
    reason = forms.CharField(label="更正理由", required=False, help_text="会公开显示。")

    def __init__(self, *args: Any, kinds: Labels, tiers: Labels, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = kinds
        self.fields["target_tier"].choices = [("", "—"), *tiers]
