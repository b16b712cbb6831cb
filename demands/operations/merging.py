"""Two records of one firm made one, and undone: what moved is written down."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F

from demands import policies
from demands.models import Enterprise, EnterpriseChange, EnterpriseMerge, Title
from demands.operations.history import KEPT, SOURCE, change, values_of
from demands.queries.enterprises import STANDING
from demands.queries.firms import are_two
from pilot_portal.accounts.actors import Actor
from pilot_portal.common.errors import NotAllowed, Problem, Refused, Stale
from pilot_portal.common.text import clean

NOTE_LENGTH = 300
# What stays with the record it was written for: history and traces.
OWN = frozenset({Enterprise, EnterpriseChange, EnterpriseMerge, Title})
# What the kept record takes from the other where it says nothing itself.
FILLED = tuple(
    name for name in KEPT if name not in {"name", "in_library", "name_public", "name_public_proof"}
)


def ties() -> list[tuple[type[models.Model], str]]:
    """Every table of the portal whose rows belong to a firm, with the column that says which.

    Asked of the models themselves: an app that ties its rows to a firm later is found without being told.
    """
    found = (relation for relation in Enterprise._meta.get_fields(include_hidden=True))
    return [
        (relation.related_model, relation.field.name)
        for relation in found
        if relation.auto_created and relation.one_to_many and relation.related_model not in OWN
    ]


def _may(by: Actor, *firms: Enterprise) -> None:
    if not all(policies.keeps_record(by, firm) for firm in firms):
        raise NotAllowed("只有企业所在县市区工信部门可以合并企业记录。")


@transaction.atomic
def merge_records(
    kept: Enterprise, merged: Enterprise, *, reason: str, by: Actor, at: dt.datetime
) -> EnterpriseMerge:
    """Make two records of one firm one.

    Demands, contracts and titles go to `kept`, which also takes what it does not say itself; `merged` is
    shown nowhere any more, its name and code are free. Leaves a merge that can be undone, and a line in both
    histories. Raises NotAllowed for anyone but the county of both, Refused without a reason, for one record
    twice or where both have accounts or the same open business, Stale where one was merged meanwhile.
    """
    _may(by, kept, merged)
    reason = clean(reason)
    if not reason or len(reason) > NOTE_LENGTH:
        text = f"请写明合并的理由，最多 {NOTE_LENGTH} 字。"
        raise Refused(text, [Problem(text, field="reason")])
    if kept.pk == merged.pk:
        raise Refused("请选择另一条记录。")
    if kept.organisation_id and merged.organisation_id:
        raise Refused("两条记录都已开通账号，不能合并，请先核实哪个账号是这家企业的。")
    if are_two(kept, merged):
        raise Refused("两条记录的统一社会信用代码不同，是两家企业；代码有误的，请先改正再合并。")
    moved: dict[str, Any] = {"rows": {}, "filled": {}, "organisation": merged.organisation_id}
    # In the order of their keys, whoever merges which: two who cross do not wait for each other.
    for firm in sorted((kept, merged), key=lambda firm: firm.pk):
        seen = Enterprise.objects.filter(pk=firm.pk, revision=firm.revision, **STANDING)
        if not seen.update(revision=F("revision") + 1):
            raise Stale(f"“{firm.name}”的记录刚刚被修改或合并过，请刷新后再看。")
    Enterprise.objects.filter(pk=merged.pk).update(merged_into=kept, organisation=None)
    filled = _filled(kept, merged)
    body = {"organisation_id": merged.organisation_id} if merged.organisation_id else {}
    Enterprise.objects.filter(pk=kept.pk).update(**body, **filled)
    moved["filled"] = {name: values_of(merged)[name] for name in filled}
    try:
        with transaction.atomic():
            for model, column in ties():
                rows = model._default_manager.filter(**{column: merged})
                if keys := list(rows.values_list("pk", flat=True)):
                    moved["rows"][f"{model._meta.label}:{column}"] = keys
                    rows.update(**{column: kept})
    except IntegrityError as error:
        raise Refused("两条记录在同一处都有业务（如同一项评价），不能合并，请联系市局核实。") from error
    moved["rows"]["demands.Title:enterprise"] = _move_titles(kept, merged)
    merge = EnterpriseMerge.objects.create(
        kept=kept, merged=merged, reason=reason, moved=moved, at=at, by_id=by.user_id
    )
    told = {"merge": ["", merged.name], **{name: ["", value] for name, value in moved["filled"].items()}}
    EnterpriseChange.objects.bulk_create(
        [
            change(kept, told, SOURCE.MERGE, by=by, at=at, note=reason),
            change(merged, {"merged_into": ["", kept.name]}, SOURCE.MERGE, by=by, at=at, note=reason),
        ]
    )
    return merge


def _filled(kept: Enterprise, merged: Enterprise) -> dict[str, Any]:
    """The columns of the merged record where the kept one says nothing."""
    own, other = values_of(kept), values_of(merged)
    return {name: getattr(merged, name) for name in FILLED if own[name] == "" and other[name] != ""}


def _move_titles(kept: Enterprise, merged: Enterprise) -> list[int]:
    """The titles that the kept record does not hold; the others stay where they are."""
    held = set(Title.objects.filter(enterprise=kept).values_list("tier_id", "granted_on"))
    titles = Title.objects.filter(enterprise=merged)
    moving = [title.pk for title in titles if (title.tier_id, title.granted_on) not in held]
    Title.objects.filter(pk__in=moving).update(enterprise=kept)
    return moving


@transaction.atomic
def undo_merge(merge: EnterpriseMerge, *, reason: str, by: Actor, at: dt.datetime) -> None:
    """Part two records again: what moved goes back where it still belongs to the kept one.

    What the kept record took from the other is taken off it unless somebody changed it since. Raises
    NotAllowed, Refused without a reason or where name or code were given to another firm meanwhile, Stale
    where it is undone already.
    """
    kept, merged = merge.kept, merge.merged
    _may(by, kept, merged)
    reason = clean(reason)
    if not reason or len(reason) > NOTE_LENGTH:
        text = f"请写明撤销合并的理由，最多 {NOTE_LENGTH} 字。"
        raise Refused(text, [Problem(text, field="reason")])
    won = EnterpriseMerge.objects.filter(pk=merge.pk, undone_at=None).update(
        undone_at=at, undone_by_id=by.user_id
    )
    if not won:
        raise Stale("这次合并已经撤销。")
    back = _taken_back(kept, merge.moved["filled"])
    body = merge.moved["organisation"]
    free = {"organisation": None} if body else {}
    Enterprise.objects.filter(pk=kept.pk).update(revision=F("revision") + 1, **free, **back)
    try:
        with transaction.atomic():
            Enterprise.objects.filter(pk=merged.pk).update(
                merged_into=None, organisation_id=body, revision=F("revision") + 1
            )
    except IntegrityError as error:
        raise Refused("被并入记录的名称或信用代码已由别的企业使用，不能撤销合并。") from error
    for name, keys in merge.moved["rows"].items():
        label, column = name.split(":")
        model = Title if label == "demands.Title" else _model(label)
        rows = model._default_manager.filter(pk__in=keys, **{column: kept})
        rows.update(**{column: merged})
    EnterpriseChange.objects.bulk_create(
        [
            change(kept, {"merge": [merged.name, ""]}, SOURCE.UNDO, by=by, at=at, note=reason),
            change(merged, {"merged_into": [kept.name, ""]}, SOURCE.UNDO, by=by, at=at, note=reason),
        ]
    )


def _model(label: str) -> type[models.Model]:
    return next(model for model, _ in ties() if model._meta.label == label)


def _taken_back(kept: Enterprise, filled: dict[str, Any]) -> dict[str, Any]:
    """The columns that still say what the merge brought, as they were: nothing."""
    now = values_of(kept)
    empty: dict[str, Any] = {
        field.name: None if field.null else "" for field in Enterprise._meta.concrete_fields
    }
    return {name: empty[name] for name, value in filled.items() if now[name] == value}
