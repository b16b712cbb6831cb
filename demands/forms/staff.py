"""Forms of county and city."""

import datetime as dt
from typing import Any

from django import forms

from demands.models import Enterprise
from pilot_portal.common.clock import BEIJING, end_of_day
from pilot_portal.common.fields import CountField, DayField, PlainForm, WordsField
from pilot_portal.common.text import whole

# 优质中小企业梯度培育管理暂行办法, the one of 2022 and the one that follows it (domain.md §2).
TITLE_RULES = ("工信部企业〔2022〕63号", "工信部企业〔2026〕2号")


class NoteForm(PlainForm):
    """The reason for a move that needs one."""

    note = WordsField(
        label="意见", rows=4, help_text="企业会看到这段文字，请写清要改什么或为什么。", max_length=1000
    )


class OptionalNoteForm(PlainForm):
    """A move that needs no reason."""

    note = WordsField(label="意见（选填）", rows=3, required=False, max_length=1000)


class VerifyForm(OptionalNoteForm):
    """Verifying; a firm outside the library needs the county's reason."""

    library_reason = WordsField(
        label="不在培育库的说明",
        rows=3,
        max_length=300,
        help_text="这家企业不在梯度培育库，请写明推荐其享受服务的理由。",
        error_messages={"required": "请写明理由。"},
    )
    field_order = ("library_reason", "note")

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_reason:
            del self.fields["library_reason"]


class BatchVerifyForm(OptionalNoteForm):
    """Verifying many, some of whose firms are outside the library: one reason for all, or they stay."""

    library_reason = WordsField(
        label="不在培育库的说明（选填）",
        rows=3,
        max_length=300,
        required=False,
    )
    field_order = ("library_reason", "note")

    def __init__(self, *args: Any, outside: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["library_reason"].help_text = (
            f"所选有 {outside} 家企业不在梯度培育库：写明推荐其享受服务的理由，即一并核实；"
            "不写的留下，逐项办理。"
        )


class SpreadsheetForm(PlainForm):
    """Any spreadsheet of a county."""

    file = forms.FileField(
        label="表格文件",
        help_text="支持 .xlsx、.xls、.et、.ods，不超过 20 MB。先预览，确认后才导入。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et,.ods"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择。"},
    )


class ScanForm(PlainForm):
    """The scan of what was printed and stamped."""

    scan = forms.FileField(
        label="盖章扫描件",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class WorkbookForm(SpreadsheetForm):
    """A county's Attachment 4."""

    round = forms.ChoiceField(label="批次", error_messages={"invalid_choice": "请选择批次。"})
    field_order = ("round", "file")

    def __init__(self, *args: Any, rounds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].choices = rounds
        if len(rounds) == 1:
            self.fields["round"].widget = forms.HiddenInput()
            self.initial["round"] = rounds[0][0]


class RecordForm(PlainForm):
    """A firm's record as the county keeps it. What is right is decided by the operation, all at once."""

    name = forms.CharField(label="企业名称", required=False, max_length=120)
    credit_code = forms.CharField(
        label="统一社会信用代码（选填）",
        required=False,
        widget=forms.TextInput(attrs={"class": "w-md", "autocomplete": "off"}),
    )
    legal_representative = forms.CharField(label="法定代表人（选填）", required=False, max_length=40)
    contact = forms.CharField(label="企业联系人（选填）", required=False, max_length=40)
    phone = forms.CharField(
        label="联系电话（选填）", required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    chain = forms.ChoiceField(label="产业链（选填）", required=False)
    size = forms.ChoiceField(
        label="企业规模（选填）", required=False, choices=[("", "未填"), *Enterprise.Size.choices]
    )
    size_year = CountField(label="规模所属年份（选填）", required=False)
    industry = forms.CharField(label="行业代码（选填）", required=False, max_length=8)
    is_manufacturing = forms.TypedChoiceField(
        label="是否制造业",
        required=False,
        choices=[("", "未填"), ("yes", "是"), ("no", "否")],
        coerce=lambda value: value == "yes",
        empty_value=None,
    )
    key_link = forms.CharField(label="关键环节（选填）", required=False, max_length=60)
    is_above_scale = forms.TypedChoiceField(
        label="规上企业",
        required=False,
        choices=[("", "未填"), ("yes", "是"), ("no", "否")],
        coerce=lambda value: value == "yes",
        empty_value=None,
    )
    above_scale_since = DayField(label="升规入统日期（选填）", required=False)
    in_library = forms.BooleanField(label="已纳入梯度培育库（涵盖升规入统）", required=False)
    name_public = forms.BooleanField(label="企业同意公开名称", required=False)
    name_public_proof = forms.CharField(
        label="同意公开的依据（选填）",
        required=False,
        max_length=120,
        help_text="如：2023年3月授权书、短信确认。",
    )
    revision = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    @property
    def seen(self) -> int:
        """The revision of the record that the officer saw; none that ever was where the page sent none."""
        seen = whole(str(self.cleaned_data.get("revision") or ""))
        return -1 if seen is None else seen

    def __init__(self, *args: Any, chains: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chain"].choices = [("", "未填"), *chains]


class TitleForm(PlainForm):
    """A dated title of a firm. What is right is decided by the operation."""

    tier = forms.ChoiceField(label="称号")
    granted_on = DayField(label="认定日期", required=False)
    expires_on = DayField(label="有效期至（选填）", required=False, help_text="不填时按三年计算。")
    rule_version = forms.ChoiceField(
        label="认定依据（选填）",
        required=False,
        choices=[("", "未填"), *((rule, rule) for rule in TITLE_RULES)],
    )
    evidence = forms.CharField(
        label="佐证（选填）", required=False, max_length=200, help_text="如：公告文号、证书编号。"
    )

    def __init__(self, *args: Any, tiers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].choices = [("", "请选择"), *tiers]


class RevokeTitleForm(PlainForm):
    """A title that was taken away."""

    on = DayField(label="撤销日期")
    note = WordsField(label="依据", rows=2, max_length=300, help_text="如：公告文号；记入变更记录。")


class ReasonForm(PlainForm):
    """Why records are merged, or parted again."""

    reason = WordsField(label="理由", rows=3, max_length=300)


class PublicTextForm(PlainForm):
    """What the city publishes of a demand."""

    public_title = forms.CharField(label="发布标题", required=False, max_length=80)
    public_text = forms.CharField(
        label="发布内容",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="对外公布的文字。不要出现电话、联系人；企业未同意公开名称的，也不要出现企业名称。",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))


class ListForm(PlainForm):
    """The claim window and document number of a list."""

    claims_from = DayField(
        label="揭榜开始日期", help_text="当天 0:00（北京时间）起；选今天即发布后立即开始。"
    )
    claims_until = DayField(
        label="揭榜截止日期", help_text="当天 24:00（北京时间）止；截止后不再延长，只能重新发布。"
    )
    claims_limit = CountField(
        label="每项需求揭榜数上限（家，选填）",
        required=False,
        highest=1000,
        help_text="0 表示不限；不填则按本批次设置。发布后不再变动。",
    )
    document_number = forms.CharField(label="文号（选填）", required=False, max_length=60)

    def window(self, at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """The window as moments: a window that begins today begins now."""
        day = self.cleaned_data["claims_from"]
        begins = dt.datetime.combine(day, dt.time(), tzinfo=BEIJING)
        return max(begins, at) if day == at.astimezone(BEIJING).date() else begins, end_of_day(
            self.cleaned_data["claims_until"]
        )
