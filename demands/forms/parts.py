"""The four short steps of an enterprise's demand. What is right is decided by `rules.draft`, in one place."""

from typing import Any

from django import forms

from demands.rules import draft
from demands.rules.draft import Choices, is_ticked, read_part
from pilot_portal.common.fields import PlainForm

Labels = list[tuple[str, str]]


class PartForm(PlainForm):
    """One step. Every field takes whatever is typed; `clean` asks the rules."""

    part = ""

    def __init__(self, *args: Any, choices: Choices, kinds: Labels, tiers: Labels, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        for name, listed in (("kinds", kinds), ("present_tier", tiers), ("target_tier", tiers)):
            if name in self.fields:
                self.fields[name].choices = listed

    def raw(self) -> dict[str, Any]:
        """The step as typed, to be kept whatever it is worth."""
        kept: dict[str, Any] = {}
        for field in draft.FIELDS[self.part]:
            if field == "kinds":
                kept[field] = list(self.data.getlist(field))
            else:
                kept[field] = str(self.data.get(field, ""))[: draft.TEXT_MAX * 4]
        return kept

    def clean(self) -> dict[str, Any]:
        """Ask the rules; each problem goes to its field."""
        _, problems = read_part(self.part, self.raw(), self.choices)
        for problem in problems:
            if problem.field not in self.errors:
                self.add_error(problem.field, problem.message)
        return self.cleaned_data


class KindsForm(PartForm):
    """Step 1: what kind of service, and the demand in one sentence."""

    part = "kinds"
    kinds = forms.MultipleChoiceField(
        label="需要哪些服务（可多选）",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请从列出的服务中选择。"},
    )
    title = forms.CharField(
        label="用一句话说明需求",
        required=False,
        help_text=f"例如：精密齿轮产线数字化改造。最多 {draft.TITLE_MAX} 字，不要写企业名称和电话。",
    )


class TroubleForm(PartForm):
    """Step 2: where the firm stands and what hurts."""

    part = "trouble"
    present_tier = forms.ChoiceField(
        label="企业现状",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请选择一项。"},
    )
    situation = forms.CharField(
        label="目前遇到什么困难",
        required=False,
        help_text=f"写给服务机构看：设备、人员、管理上哪里卡住了。最多 {draft.TEXT_MAX} 字。",
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class GoalForm(PartForm):
    """Step 3: what is wanted, which goal, by when."""

    part = "goal"
    target_tier = forms.ChoiceField(
        label="发展目标",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请选择一项。"},
    )
    wish = forms.CharField(
        label="希望达到什么效果",
        required=False,
        help_text=f"例如：合格率由 92% 提高到 97%。最多 {draft.TEXT_MAX} 字。",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    due_on = forms.CharField(
        label="希望什么时候完成（选填）",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "w-md"}),
    )


class MoneyForm(PartForm):
    """Step 4: how much, how paid, whom to ask, which name is shown."""

    part = "money"
    budget = forms.CharField(
        label="预算（万元，选填）",
        required=False,
        help_text="只供县市区和市局参考，不对外公布。",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num w-sm"}),
    )
    pays_from_gains = forms.BooleanField(label="希望以转型收益支付服务费用", required=False)
    contact = forms.CharField(
        label="企业联系人",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "w-md"}),
    )
    phone = forms.CharField(
        label="联系电话",
        required=False,
        help_text="不对外公布；选定机构后，双方在平台内可见。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "class": "w-md"}),
    )
    name_public = forms.BooleanField(
        label="同意在需求榜单上公开企业名称",
        required=False,
        help_text="不勾选时，榜单只显示县市区和产业链，如“芦淞区某先进轨道交通装备企业”；"
        "试点服务机构登录后可看到企业名称和县市区，每次查看都有记录。",
    )


PART_FORMS: dict[str, type[PartForm]] = {
    form.part: form for form in (KindsForm, TroubleForm, GoalForm, MoneyForm)
}


def initial_of(raw: dict[str, Any]) -> dict[str, Any]:
    """A saved step as the initial values of its form."""
    ticks = ("pays_from_gains", "name_public")
    return {name: is_ticked(value) if name in ticks else value for name, value in raw.items()}
