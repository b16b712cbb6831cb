"""新增企业: one firm added to the library by hand, judged as a row of an imported list is."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from demands import policies
from demands.models import Enterprise, EnterpriseChange, Title
from demands.operations.history import SOURCE, change
from demands.operations.imports.library import Taking
from demands.queries.firms import codes_elsewhere, doubles_of, known_firms_of
from demands.rules.firm_edits import read_library_edit
from demands.rules.firms import LibraryJudge
from demands.rules.library import LibraryRow
from demands.rules.rows import GOOD
from demands.rules.titles import GivenTitle
from pilot_portal.accounts.actors import Actor
from pilot_portal.codes.models import Chain
from pilot_portal.codes.queries import labels
from pilot_portal.common import clock
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import name_key

KNOWN = "企业库中已有这家企业，请到该企业的页面修改，不必新增。"
ALIKE = "企业库中有名称相近或电话相同的企业，请先核对；确认不是同一家的，再次新增即可。"


def _row(typed: Mapping[str, Any]) -> LibraryRow:
    """What was typed, as a row of a list; titles that are told twice count once."""
    read = read_library_edit(typed, (), list(labels(Chain).values()))
    titles: dict[tuple[str, dt.date | None], GivenTitle] = {}
    for told in read.pop("titles", ()):
        title = GivenTitle.from_json(told)
        titles.setdefault((title.word, title.granted), title)
    return LibraryRow(row=1, titles=tuple(titles.values()), **read)


@transaction.atomic
def add_firm(typed: Mapping[str, Any], *, seen: Collection[int], by: Actor, at: dt.datetime) -> Enterprise:
    """Add a firm to the county's library: its record, its titles, the lines of its history.

    `typed` are the columns of a list; `seen` the records alike that the officer looked at and that are other
    firms. Raises NotAllowed for anyone but a county, Refused with all problems, where the firm is known by
    code or name, or where a record alike was not looked at, Stale where a colleague was quicker.
    """
    region = by.organisation.region if by.organisation else None
    if region is None or not policies.may_import(by, region.pk):
        raise NotAllowed("只有县市区工信部门可以新增企业。")
    row = _row(typed)
    # Without a code nothing is asked for it: NULL would bring every firm that has none.
    same = Q(name_key=name_key(row.company)) | (Q(credit_code=row.code) if row.code else Q())
    known = known_firms_of(region.pk, among=same)
    if known.find(row):
        raise Refused(KNOWN)
    known = replace(known, elsewhere=codes_elsewhere(region.pk, [row.code]))
    judged = LibraryJudge(region.name, known, clock.beijing_date(at))("", row, confirmed=False)
    if judged.level != GOOD:
        raise Refused(f"有 {len(judged.notes)} 处需要修改。", [Problem(f"{note}。") for note in judged.notes])
    if {firm.pk for firm in doubles_of(region.pk, row)} - set(seen):
        raise Refused(ALIKE)
    taking = Taking(region, by, at, source=SOURCE.RECORD)
    try:
        with transaction.atomic():
            (firm,) = taking.create([row])
    except IntegrityError as error:
        raise Stale("这家企业刚刚由同事登记，请在企业库中查找。") from error
    titles = [taking.title(title, firm.pk) for title in row.titles]
    Title.objects.bulk_create(titles)
    told = [
        change(
            firm, {"title": ["", f"{title.word} {title.granted or ''}".strip()]}, SOURCE.TITLE, by=by, at=at
        )
        for title in row.titles
    ]
    EnterpriseChange.objects.bulk_create([*taking.history, *told])
    return firm
