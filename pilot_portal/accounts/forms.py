"""Checks what people type about themselves and their bodies; never saves."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from pilot_portal.accounts.models import Organisation, Role
from pilot_portal.accounts.operations import Mandate, NewBody, NewPerson
from pilot_portal.common.errors import Refused
from pilot_portal.common.fields import DayField, MobileField, PlainForm, WordsField
from pilot_portal.common.text import check_credit_code
from pilot_portal.regions.models import Region
from pilot_portal.regions.queries import active_regions

KINDS = [(Organisation.Kind.INSTITUTION, "服务机构（平台）"), (Organisation.Kind.ENTERPRISE, "企业")]


class PersonForm(PlainForm):
    """A person who registers."""

    name = WordsField(label="姓名", max_length=40)
    mobile = MobileField(label="手机号码", help_text="用作登录名")
    password = forms.CharField(
        label="密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="至少 10 位，不要只用数字",
        strip=False,
        error_messages={"required": "请设置密码。"},
    )
    password_again = forms.CharField(
        label="再输一次密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        error_messages={"required": "请再输一次密码。"},
    )

    def clean_password(self) -> str:
        """Django's password rules."""
        password = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean(self) -> dict[str, Any]:
        """Both passwords must be the same."""
        data = super().clean() or {}
        if data.get("password") and data.get("password_again") and data["password"] != data["password_again"]:
            self.add_error("password_again", "两次输入的密码不一致。")
        return data

    def person(self) -> NewPerson:
        """What the operation takes."""
        data = self.cleaned_data
        return NewPerson(name=data["name"], mobile=data["mobile"], password=data["password"])


class RegisterForm(PersonForm):
    """A body with its first administrator."""

    kind = forms.ChoiceField(label="单位类别", choices=KINDS, widget=forms.RadioSelect, initial=KINDS[0][0])
    organisation = WordsField(label="单位名称", max_length=120, help_text="与营业执照（法人证书）一致")
    credit_code = forms.CharField(
        label="统一社会信用代码", max_length=40, error_messages={"required": "请填写统一社会信用代码。"}
    )
    legal_representative = WordsField(label="法定代表人", max_length=40)
    region = forms.ChoiceField(label="所在县市区", error_messages={"required": "请选择所在县市区。"})
    agree = forms.BooleanField(
        label="我已阅读个人信息保护说明，并有权代表本单位注册",
        error_messages={"required": "请阅读并勾选。"},
    )
    field_order = (
        "kind",
        "organisation",
        "credit_code",
        "legal_representative",
        "region",
        "name",
        "mobile",
        "password",
        "password_again",
        "agree",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.regions = {region.code: region for region in active_regions()}
        choices = [("", "请选择"), *((code, region.name) for code, region in self.regions.items())]
        self.fields["region"].choices = choices

    def clean_credit_code(self) -> str:
        """GB 32100-2015, with a suggestion where a letter was mistaken."""
        try:
            return check_credit_code(self.cleaned_data["credit_code"])
        except Refused as refusal:
            raise ValidationError(refusal.message) from refusal

    def body(self) -> NewBody:
        """What the operation takes."""
        data = self.cleaned_data
        region: Region = self.regions[data["region"]]
        return NewBody(
            kind=data["kind"],
            name=data["organisation"],
            credit_code=data["credit_code"],
            legal_representative=data["legal_representative"],
            region=region,
        )


class InviteForm(PlainForm):
    """Somebody to invite."""

    name = WordsField(label="姓名", max_length=40)
    mobile = MobileField(label="手机号码（选填）", required=False)
    role = forms.ChoiceField(
        label="身份", widget=forms.RadioSelect, error_messages={"required": "请选择身份。"}
    )
    is_agent = forms.BooleanField(
        label="这是受委托的代理人，不是本单位人员",
        required=False,
        help_text="代理人办理的每件事都会注明“代理”，到期后自动失效。",
    )
    mandate = forms.CharField(
        label="授权书（代理人必填）",
        required=False,
        max_length=200,
        help_text="如：2023年3月6日授权委托书，编号示例001。",
    )
    until = DayField(label="代理至（代理人必填）", required=False)

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]

    def agent(self) -> Mandate | None:
        """The mandate of an agent; None for one of the body's own people."""
        data = self.cleaned_data
        return Mandate(data["mandate"], data["until"]) if data["is_agent"] else None


class CodeForm(PlainForm):
    """The short code of an invitation slip."""

    code = WordsField(label="邀请码", max_length=60, help_text="邀请单上的 8 位字母数字，不分大小写")


class ProfileForm(PlainForm):
    """What a person may change about himself."""

    name = WordsField(label="姓名", max_length=40)
    mobile = MobileField(label="手机号码（选填）", required=False, help_text="可用于登录")
    email = forms.EmailField(
        label="电子邮箱（选填）", required=False, help_text="填写后可收到邮件提醒、自助找回密码"
    )


class GrantForm(PlainForm):
    """A role in a county bureau or in the city, for somebody."""

    organisation = forms.ChoiceField(label="单位", error_messages={"required": "请选择单位。"})
    role = forms.ChoiceField(label="身份", error_messages={"required": "请选择身份。"})
    name = WordsField(label="姓名", max_length=40)
    mobile = MobileField(label="手机号码", help_text="用作登录名")
    deputy_until = DayField(label="代理至（选填）", required=False, help_text="仅代理他人职务时填写")
    deputy_order = WordsField(label="代理文号（选填）", max_length=60, required=False)

    def __init__(self, *args: Any, bodies: list[Organisation], roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bodies = {str(body.pk): body for body in bodies}
        names = [(key, body.name) for key, body in self.bodies.items()]
        self.fields["organisation"].choices = [("", "请选择"), *names]
        self.fields["role"].choices = [("", "请选择"), *((role.value, role.label) for role in roles)]


class ReasonForm(PlainForm):
    """A reason in words."""

    note = WordsField(label="理由", rows=3, max_length=300)
