"""A sheet of invitation slips, from the firms and invitations frozen with it."""

from django.conf import settings
from django.urls import reverse

from demands.models import SlipSheet
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Invitation
from pilot_portal.common import clock
from pilot_portal.common.clock import day_of
from pilot_portal.documents.pdf import Imprint, load_fonts, save
from pilot_portal.documents.pdf.forms import Slip, SlipsData, slips
from pilot_portal.documents.registry import PaperKind, Printing

TITLE = "支持服务机构（平台）培育优质企业试点，填报服务需求"


def invitation_url(invitation: Invitation) -> str:
    """The address behind the QR of a slip: opened by GET it spends nothing."""
    return settings.SITE_ORIGIN + reverse("accounts:invitation", args=[invitation.secret])


def site_words() -> str:
    """The site as people type it."""
    return settings.SITE_ORIGIN.partition("://")[2]


def slip_words(invitation: Invitation) -> str:
    """The invitation as a text for SMS or WeChat."""
    region, until = invitation.organisation.region, day_of(invitation.expires_at)
    bureau = region.department if region else "工信部门"
    return (
        f"【{bureau}】邀请{invitation.organisation.name}参加{TITLE}。请打开 {invitation_url(invitation)} ，"
        f"或在 {site_words()} 输入邀请码 {invitation.code} 加入。"
        f"{until.month}月{until.day}日前有效，请勿转发。"
    )


def _sheet(pk: int) -> SlipSheet | None:
    return SlipSheet.objects.select_related("region").filter(pk=pk).first()


def _build(sheet: SlipSheet, _printing: Printing) -> bytes:
    fonts = load_fonts(settings.PORTAL_FONTS)
    invitations = {found.pk: found for found in sheet.invitations.all()}
    data = SlipsData(
        bureau=sheet.region.department,
        title=TITLE,
        site=site_words(),
        slips=[
            Slip(
                company=name,
                url=invitation_url(invitations[key]),
                code=invitations[key].code,
                until=day_of(invitations[key].expires_at),
            )
            for name, key in sheet.data["slips"]
        ],
        imprint=Imprint(number=sheet.number, dated=sheet.made_at),
    )
    # What opens an account is never attached as data: the sheet is for one pair of scissors.
    return save(slips(data, fonts), fonts)


def _may_see(actor: Actor, sheet: SlipSheet) -> bool:
    return actor.is_county and actor.region_id == sheet.region_id


def _version(sheet: SlipSheet) -> str:
    """A renewed invitation has another last day: the sheet is printed anew."""
    days = (str(day_of(found.expires_at)) for found in sheet.invitations.order_by("pk"))
    return clock.beijing(sheet.made_at).isoformat() + ",".join(sorted(set(days)))


SLIPS = PaperKind(
    code="invitation-slips",
    title="企业邀请单",
    get=_sheet,
    find=lambda number: SlipSheet.objects.select_related("region").filter(number=number).first(),
    number=lambda sheet: sheet.number,
    build=_build,
    may_see=_may_see,
    file_name=lambda sheet: f"企业邀请单 {sheet.region.name} {sheet.number}.pdf",
    example=lambda: SlipSheet.objects.order_by("-pk").values_list("number", flat=True).first(),
    version=_version,
    # Cut apart it has no footer to verify it by, and its codes are nobody's example.
    is_listed=False,
)
