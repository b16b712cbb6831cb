"""The people and bodies of the demonstration. All fictional: 示例, region 000000, phones 138000000xx."""

import datetime as dt
import functools
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from stdnum.cn import uscc

from demands.models import Enterprise
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Membership, Organisation, Role, User
from pilot_portal.codes.models import Chain
from pilot_portal.common.text import name_key
from pilot_portal.regions.models import Region
from pilot_portal.regions.queries import active_regions

PASSWORD = "Shilitong-2023"  # noqa: S105 - shown on the demonstration's own sign-in page, of no use elsewhere
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PHONES = 100

INSTITUTIONS = (
    ("湘江示例检测技术有限公司", "430203"),
    ("明照示例数智服务有限公司", "430211"),
    ("启程示例企业管理咨询有限公司", "430202"),
    ("联合示例共享制造中心", "430204"),
    ("南岭示例人才服务有限公司", "430212"),
    ("云帆示例上市辅导有限公司", "430281"),
    ("众合示例项目服务有限公司", "430223"),
    ("新材示例检测研究院", "430224"),
    ("炎帝示例技术转移有限公司", "430225"),
    ("云龙示例产业服务有限公司", "4302JK"),
    ("渌水示例质量服务有限公司", "430203"),
    ("天工示例智能制造服务有限公司", "430211"),
    ("群丰示例管理服务有限公司", "430203"),
    ("响石示例科技服务有限公司", "430204"),
)
ENTERPRISES = (
    ("恒川示例传动有限公司", "430211", "rail"),
    ("釉光示例陶瓷有限公司", "430281", "ceramics"),
    ("远轨示例装备有限公司", "430204", "rail"),
    ("云帆示例精密制造有限公司", "430203", "hard-materials"),
    ("启明示例电子有限公司", "430203", "beidou"),
    ("联创示例新材料有限公司", "430202", "polymers"),
    ("渌江示例服饰有限公司", "430203", "garments"),
    ("攸州示例纺织有限公司", "430223", "garments"),
    ("神农示例水电设备有限公司", "430225", "power"),
    ("竹乡示例竹业有限公司", "430224", "agri"),
    ("泰合示例航空部件有限公司", "430212", "aviation"),
    ("智谷示例软件有限公司", "4302JK", "beidou"),
    ("硬合示例刀具有限公司", "430202", "hard-materials"),
    ("长株示例环保设备有限公司", "430211", "environment"),
    ("醴泉示例电瓷有限公司", "430281", "power"),
    ("湘东示例医药有限公司", "430204", "bio"),
)


@dataclass
class Cast:
    """Everybody, by what they do."""

    chief: Actor = field(default_factory=Actor)
    handler: Actor = field(default_factory=Actor)
    sysadmin: Actor = field(default_factory=Actor)
    officers: dict[str, tuple[Actor, Actor]] = field(default_factory=dict)
    institutions: list[Actor] = field(default_factory=list)
    firms: list[tuple[Enterprise, Actor]] = field(default_factory=list)


@functools.cache
def _hashed() -> str:
    """One hash for all: hashing sixty times would take most of the command's time."""
    return make_password(PASSWORD)


def credit_code(n: int) -> str:
    """The n-th fictional credit code: region 000000, with a right check digit."""
    rest, digits = n, ""
    for _ in range(7):
        rest, digit = divmod(rest, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    body = f"91000000MA{digits}"
    return body + uscc.calc_check_digit(body)


def _person(username: str, name: str, body: Organisation, role: str, since: dt.datetime) -> Actor:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, name=name, is_demo=True, password=_hashed())
        user.save(force_insert=True)
    membership, _ = Membership.objects.get_or_create(
        user=user, organisation=body, role=role, ends_at=None, defaults={"starts_at": since}
    )
    return Actor(user, membership)


def _body(kind: str, name: str, **fields: object) -> Organisation:
    body, _ = Organisation.objects.get_or_create(
        kind=kind, name=name, defaults={"name_key": name_key(name), **fields}
    )
    return body


def gather(since: dt.datetime) -> Cast:
    """Everybody of the demonstration, made where missing; `since` is when they began."""
    cast, regions = Cast(), {region.code: region for region in active_regions()}
    city = _body(Organisation.Kind.CITY, "市工业和信息化局中小企业科（示例）")
    cast.handler = _person("city-handler", "陈示例", city, Role.CITY_HANDLER, since)
    cast.chief = _person("city-chief", "赵示例", city, Role.CITY_CHIEF, since)
    _person("leader", "局领导示例", city, Role.LEADER, since)
    _person("expert", "专家示例", city, Role.EXPERT, since)
    _person("auditor", "审计示例", city, Role.AUDITOR, since)
    cast.sysadmin = _person("sysadmin", "运维示例", city, Role.SYSADMIN, since)
    for code, region in regions.items():
        bureau = Organisation.objects.filter(kind=Organisation.Kind.COUNTY, region=region).first() or _body(
            Organisation.Kind.COUNTY, f"{region.department}（示例）", region=region
        )
        cast.officers[code] = (
            _person(
                f"county-handler-{code}", f"{region.short_name}经办示例", bureau, Role.COUNTY_HANDLER, since
            ),
            _person(
                f"county-approver-{code}", f"{region.short_name}审核示例", bureau, Role.COUNTY_APPROVER, since
            ),
        )
    for n, (name, code) in enumerate(INSTITUTIONS, 1):
        body = _body(
            Organisation.Kind.INSTITUTION,
            name,
            region=regions[code],
            credit_code=credit_code(1000 + n),
            legal_representative=f"法定示例{n}",
        )
        cast.institutions.append(
            _person(f"institution-{n:02}", f"机构示例{n}", body, Role.INSTITUTION_ADMIN, since)
        )
        if n == 1:
            _person("institution-member", "机构经办示例", body, Role.INSTITUTION_MEMBER, since)
    for n, (name, code, chain) in enumerate(ENTERPRISES, 1):
        cast.firms.append(_firm(n, name, regions[code], chain, since))
    return cast


def _firm(n: int, name: str, region: Region, chain: str, since: dt.datetime) -> tuple[Enterprise, Actor]:
    body = _body(
        Organisation.Kind.ENTERPRISE,
        name,
        region=region,
        credit_code=credit_code(2000 + n),
        legal_representative=f"企业法定示例{n}",
    )
    firm, _ = Enterprise.objects.get_or_create(
        region=region,
        name_key=name_key(name),
        defaults={
            "name": name,
            "credit_code": body.credit_code,
            "organisation": body,
            "legal_representative": body.legal_representative,
            "size": Enterprise.Size.SMALL,
            "is_manufacturing": True,
            "chain": Chain.objects.get(code=chain),
            "contact": f"联系示例{n}",
            "phone": f"138000000{n % PHONES:02}",
            "in_library": True,
            "name_public": n % 4 != 0,
            "created_at": since,
        },
    )
    admin = _person(f"enterprise-{n:02}", f"企业示例{n}", body, Role.ENTERPRISE_ADMIN, since)
    if n == 1:
        _person("enterprise-member", "企业经办示例", body, Role.ENTERPRISE_MEMBER, since)
    return firm, admin
