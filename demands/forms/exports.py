"""What is exported: Attachment 4 or chosen columns, and what for."""

from typing import Any

from django import forms

from demands.documents.exports import COLUMNS, USUAL
from pilot_portal.common.fields import PlainForm, WordsField

FORM, FREE = "form", "free"


class ExportForm(PlainForm):
    """The layout, the columns, the purpose; the conditions of the list come along hidden."""

    round = forms.ChoiceField(label="批次", error_messages={"invalid_choice": "请选择批次。"})
    layout = forms.ChoiceField(
        label="格式",
        choices=[(FREE, "自选栏目的清单"), (FORM, "附件4 表样（含企业联系人及联系电话）")],
        widget=forms.RadioSelect,
        initial=FREE,
    )
    columns = forms.MultipleChoiceField(
        label="栏目（自选栏目时）",
        required=False,
        choices=[(name, chosen.column.title) for name, chosen in COLUMNS.items()],
        initial=list(USUAL),
        widget=forms.CheckboxSelectMultiple,
        help_text="联系人、电话默认不选；确有需要再勾选。",
    )
    purpose = WordsField(
        label="用途",
        max_length=100,
        help_text="导出会留痕：谁、何时、什么条件、多少条、做什么用。",
        error_messages={"required": "请写明用途。"},
    )

    def __init__(self, *args: Any, rounds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].choices = rounds

    def clean(self) -> dict[str, Any]:
        """A free export has at least one column."""
        data = self.cleaned_data
        if data.get("layout") == FREE and not data.get("columns"):
            self.add_error("columns", "请至少选择一个栏目。")
        return data
