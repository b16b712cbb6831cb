"""People, bodies and rounds for tests. All of it is fictional: 示例, region 000000, phones 138000000xx."""

import datetime as dt
import itertools
from typing import Any

from stdnum.cn import uscc

from demands.models import Enterprise
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.models import Membership, Organisation, User
from pilot_portal.common import clock
from pilot_portal.common.text import name_key
from pilot_portal.regions.models import Region
from pilot_portal.rounds.models import Round, Stage

NOW = dt.datetime(2023, 3, 6, 10, 0, tzinfo=clock.BEIJING)
PASSWORD = "Correct-horse-2023"
_counter = itertools.count(1)
_BODY = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def next_number() -> int:
    """A number that nobody had yet."""
    return next(_counter)


def credit_code(n: int) -> str:
    """The n-th fictional credit code of region 000000."""
    number, digits = n, ""
    for _ in range(7):
        number, rest = divmod(number, 31)
        digits = _BODY[rest] + digits
    body = f"91000000MA{digits}"
    return body + uscc.calc_check_digit(body)


def region(code: str = "430203") -> Region:
    """A reporting unit; 芦淞区 unless said otherwise."""
    return Region.objects.get(code=code)


def make_round(code: str = "2023", *, at: dt.datetime = NOW, **fields: Any) -> Round:
    """A round whose stages are all open from a day before `at` to thirty days after it."""
    year = int(code[:4])
    made, new = Round.objects.get_or_create(
        code=code,
        defaults={
            "year": year,
            "title": f"{year}年株洲市支持服务机构（平台）培育优质企业试点",
            "document_number": "示例〔2023〕1号",
            "baseline_date": dt.date(year, 1, 1),
        }
        | fields,
    )
    if new:
        Stage.objects.bulk_create(
            Stage(
                round=made, kind=kind, starts_at=at - dt.timedelta(days=1), ends_at=at + dt.timedelta(days=30)
            )
            for kind in Stage.Kind.values
        )
    return made


def organisation(kind: str, name: str = "", **fields: Any) -> Organisation:
    """A body of a kind; counties and the city are found again, others are new."""
    n = next(_counter)
    if kind == Organisation.Kind.COUNTY:
        where = fields.pop("region", None) or region()
        found = Organisation.objects.filter(kind=kind, region=where).first()
        name = name or where.department
        fields["region"] = where
    elif kind == Organisation.Kind.CITY:
        found = Organisation.objects.filter(kind=kind).first()
        name = name or "市工业和信息化局中小企业科"
    else:
        found = None
        word = "检测技术" if kind == Organisation.Kind.INSTITUTION else "精密制造"
        name = name or f"株洲示例{word}{n}号有限公司"
        fields.setdefault("region", region())
        fields.setdefault("credit_code", credit_code(n))
        fields.setdefault("legal_representative", f"法定{n}")
    if found:
        return found
    return Organisation.objects.create(kind=kind, name=name, name_key=name_key(name), **fields)


def institution(name: str = "", **fields: Any) -> Organisation:
    """A service institution."""
    return organisation(Organisation.Kind.INSTITUTION, name, **fields)


def user(name: str = "", **fields: Any) -> User:
    """A person with a fictional name and the password of all test people."""
    n = next(_counter)
    return User.objects.create_user(
        fields.pop("username", f"person{n}"), PASSWORD, name=name or f"示例{n}", **fields
    )


def member(body: Organisation, role: str, name: str = "", **fields: Any) -> Actor:
    """A new person who stands in a body with a role."""
    person = user(name)
    membership = Membership.objects.create(
        user=person, organisation=body, role=role, starts_at=NOW - dt.timedelta(days=400), **fields
    )
    return Actor(person, membership)


def county_reviewer_wang(where: Region | None = None) -> Actor:
    """王示例, handler of a county bureau."""
    return member(organisation("county", region=where or region()), "county_handler", "王示例")


def county_approver_li(where: Region | None = None) -> Actor:
    """李示例, approver of a county bureau."""
    return member(organisation("county", region=where or region()), "county_approver", "李示例")


def city_handler_chen() -> Actor:
    """陈示例, handler of the city's SME section."""
    return member(organisation("city"), "city_handler", "陈示例")


def city_chief_zhao() -> Actor:
    """赵示例, chief of the city's SME section."""
    return member(organisation("city"), "city_chief", "赵示例")


def institution_admin_zhou(body: Organisation | None = None) -> Actor:
    """周示例, administrator of an institution."""
    return member(body or institution(), "institution_admin", "周示例")


def enterprise_admin_wu(firm: Enterprise | None = None) -> Actor:
    """吴示例, administrator of an enterprise."""
    firm = firm or enterprise()
    assert firm.organisation is not None
    return member(firm.organisation, "enterprise_admin", "吴示例")


def record(
    name: str, credit_code: str | None = None, *, where: Region | None = None, **fields: Any
) -> Enterprise:
    """A record of the library that nobody has claimed."""
    return Enterprise.objects.create(
        name=name,
        name_key=name_key(name),
        credit_code=credit_code,
        region=where or region(),
        in_library=True,
        created_at=NOW,
        **fields,
    )


def enterprise(name: str = "", *, where: Region | None = None, **fields: Any) -> Enterprise:
    """A firm of the library with a body of its own."""
    n = next(_counter)
    name = name or f"株洲示例精密{n}号有限公司"
    where = where or region()
    body = organisation(Organisation.Kind.ENTERPRISE, name, region=where)
    return Enterprise.objects.create(
        name=name,
        name_key=name_key(name),
        region=where,
        organisation=body,
        credit_code=body.credit_code,
        size=Enterprise.Size.SMALL,
        is_manufacturing=True,
        in_library=True,
        contact="示例联系人",
        phone="13800000088",
        created_at=NOW,
        **fields,
    )
