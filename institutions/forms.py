"""The forms of an application, made from the declared sections; and the staff's small forms."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from institutions.rules import sections as declared
from pilot_portal.common.errors import Problem
from pilot_portal.common.fields import CountField, PlainForm, WordsField

TEXT_SIZES = {
    declared.COUNT: "num w-sm",
    declared.MONEY: "num w-sm",
    declared.DAY: "w-md",
    declared.PHONE: "w-md",
    declared.CODE: "w-md",
}
MODES = {
    declared.COUNT: "numeric",
    declared.MONEY: "decimal",
    declared.PHONE: "tel",
}


def _label(item: declared.Field) -> str:
    unit = f"（{item.unit}）" if item.unit else ""
    return f"{item.label}{unit}" if item.required else f"{item.label}{unit}（选填）"


def _field(item: declared.Field) -> forms.Field:
    label, hint = _label(item), item.help
    if item.kind == declared.CHOICES:
        return forms.MultipleChoiceField(
            label=label,
            choices=item.choices,
            widget=forms.CheckboxSelectMultiple,
            help_text=hint,
            required=False,
        )
    if item.kind == declared.CHOICE:
        return forms.CharField(
            label=label, widget=forms.RadioSelect(choices=item.choices), help_text=hint, required=False
        )
    if item.kind == declared.TICK:
        return forms.BooleanField(label=label, required=False)
    if item.kind == declared.LONG:
        widget: forms.Widget = forms.Textarea(attrs={"rows": 6})
    else:
        attrs = {"class": TEXT_SIZES.get(item.kind, ""), "inputmode": MODES.get(item.kind, "text")}
        if item.kind == declared.DAY:
            attrs["placeholder"] = ""
            hint = hint or "例如 2015-03-01"
        widget = forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, widget=widget, help_text=hint, required=False)


class SectionForm(PlainForm):
    """One section: every field takes whatever is typed; what is wrong with it is told, never lost."""

    def __init__(self, *args: Any, section: declared.Section, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section
        for item in section.fields:
            if item.kind != declared.FILE:
                self.fields[item.key] = _field(item)

    def typed(self) -> dict[str, Any]:
        """Everything as typed, for the draft."""
        return typed_of(self.section, self.data)

    def show(self, problems: Iterable[Problem]) -> None:
        """Put problems to their fields."""
        if not self.is_bound:
            return
        self.full_clean()
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.message)


def typed_of(section: declared.Section, data: QueryDict | dict[str, Any]) -> dict[str, Any]:
    """The section's fields as they came in by POST."""
    values: dict[str, Any] = {}
    for item in section.fields:
        if item.kind == declared.FILE:
            continue
        if item.kind == declared.CHOICES:
            values[item.key] = (
                data.getlist(item.key) if isinstance(data, QueryDict) else data.get(item.key, [])
            )
        elif item.kind == declared.TICK:
            values[item.key] = "on" if data.get(item.key) else ""
        else:
            values[item.key] = data.get(item.key, "")
    return values


class SubmitForm(PlainForm):
    """Submission, with the direct route's reason."""

    direct_reason = WordsField(
        label="直报市局的理由（选填）",
        required=False,
        max_length=300,
        rows=3,
        help_text="一般报所在县市区工信部门，请留空；情况特殊需直接报市局的，请写明理由",
    )


class NoteForm(PlainForm):
    """A reason in words."""

    note = WordsField(label="理由", rows=4)

    def __init__(self, *args: Any, required: bool = True, numbered: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = required
        self.fields["note"].label = "理由" if required else "说明（选填）"
        if numbered:
            self.fields["document_number"] = WordsField(label="文号", max_length=60)


class ReturnForm(PlainForm):
    """A return: the notes tied to sections, all told at once, and a word on the whole."""

    note = WordsField(
        label="总的意见", rows=3, required=False, help_text="各部分意见写在下面，机构会在相应页面看到"
    )

    def __init__(self, *args: Any, sections: Iterable[declared.Section], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = [section.code for section in sections]
        for section in sections:
            self.fields[f"note_{section.code}"] = WordsField(
                label=section.title, rows=2, required=False, max_length=1000
            )

    def clean(self) -> dict[str, Any]:
        """Something must be said."""
        data = super().clean() or {}
        if not any(data.values()):
            self.add_error("note", "请写明需要修改什么，一次说全。")
        return data

    def notes(self) -> dict[str, str]:
        """The notes by section."""
        return {code: self.cleaned_data[f"note_{code}"] for code in self.parts}


class ChecklistForm(PlainForm):
    """What the county checked against the papers."""

    def __init__(self, *args: Any, kept: dict[str, Any], **kwargs: Any) -> None:
        items = kept.get("items", {})
        first = {code: items.get(code, {}).get("answer", "") for code in declared.CHECKLIST}
        first |= {f"{code}_remark": items.get(code, {}).get("remark", "") for code in declared.CHECKLIST}
        super().__init__(*args, initial=first, **kwargs)
        for code, label in declared.CHECKLIST.items():
            self.fields[code] = forms.ChoiceField(
                label=label,
                choices=[("yes", "符合"), ("no", "不符合"), ("", "未核")],
                widget=forms.RadioSelect,
                required=False,
            )
            self.fields[f"{code}_remark"] = WordsField(label="说明（选填）", required=False, max_length=200)

    def items(self) -> dict[str, dict[str, str]]:
        """What the operation takes."""
        data = self.cleaned_data
        return {code: {"answer": data[code], "remark": data[f"{code}_remark"]} for code in declared.CHECKLIST}


class ReportForm(PlainForm):
    """The document number of a county report."""

    document_number = WordsField(label="推荐文件文号（选填）", required=False, max_length=60)


class WarnForm(NoteForm):
    """A request to mend one's ways within some working days."""

    days = CountField(label="整改期限（工作日）", initial="10", lowest=1, highest=60)


class SuspendForm(NoteForm):
    """A suspension."""

    days = CountField(label="暂停天数", initial="30", lowest=1, highest=365)
    document_number = WordsField(label="文号", max_length=60)
