"""The form of a demand received on paper. What is right is decided by `rules.paper`, in one place."""

from typing import Any

from django import forms

from pilot_portal.common.fields import PlainForm

Labels = list[tuple[str, str]]


class PaperDemandForm(PlainForm):
    """Attachment 4's columns, what the paper says of trouble and wish, the receipt, the scan."""

    round = forms.ChoiceField(label="批次", error_messages={"invalid_choice": "请选择批次。"})
    received_on = forms.CharField(
        label="收到日期", required=False, help_text="例如 2023-03-06，以这一天为准。"
    )
    received_by = forms.CharField(label="收件人", required=False)
    company = forms.CharField(
        label="企业名称", required=False, help_text="与企业库同名的自动归到该企业，没有的新建。"
    )
    kinds = forms.MultipleChoiceField(
        label="所需服务（可多选）",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请从列出的服务中选择。"},
    )
    present_tier = forms.ChoiceField(label="企业现状", required=False)
    target_tier = forms.ChoiceField(label="发展目标", required=False)
    situation = forms.CharField(
        label="现状和困难（纸上有则填）", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    wish = forms.CharField(
        label="希望达到（纸上有则填）", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    contact = forms.CharField(label="企业联系人", required=False)
    phone = forms.CharField(
        label="联系电话", required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    remark = forms.CharField(label="备注", required=False)
    scan = forms.FileField(
        label="纸质件扫描件或照片",
        required=False,
        help_text="PDF、JPG 或 PNG。出错后须重新选择文件，其他内容都保留。",
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def __init__(self, *args: Any, rounds: Labels, kinds: Labels, tiers: Labels, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].choices = rounds
        self.fields["kinds"].choices = kinds
        for name in ("present_tier", "target_tier"):
            self.fields[name].choices = [("", "—"), *tiers]
        if len(rounds) == 1:
            self.fields["round"].widget = forms.HiddenInput()
            self.fields["round"].initial = rounds[0][0]

    def typed(self) -> dict[str, Any]:
        """What was typed, by field, without round and scan."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"round", "scan"}}
