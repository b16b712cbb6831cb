"""Rows of a county's library become records and titles of firms, and cease to be."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q

from demands.models import Demand, Enterprise, EnterpriseChange, ImportBatch, ImportRow, RecordClaim, Title
from demands.operations.history import SOURCE, change, pass_consent_on
from demands.queries.enterprises import STANDING
from demands.queries.firms import known_firms_of
from demands.rules.firms import (
    CREATED,
    FirmRecord,
    KnownFirms,
    changes_of,
    facts_of,
    library_row_of,
    new_titles,
)
from demands.rules.library import LibraryRow
from demands.rules.titles import GivenTitle
from pilot_portal.accounts.actors import Actor
from pilot_portal.codes.models import Chain, Tier
from pilot_portal.common.errors import Refused, Stale
from pilot_portal.common.text import name_key
from pilot_portal.regions.models import Region

SIZES = {label: value for value, label in Enterprise.Size.choices}
MEANWHILE = "企业信息刚刚被修改，请刷新预览后再试。"


class Taking:
    """Rows of a county while they are taken over: a chunk of an import, or one firm added by hand."""

    def __init__(
        self,
        region: Region,
        by: Actor,
        at: dt.datetime,
        *,
        batch: ImportBatch | None = None,
        source: str = SOURCE.IMPORT,
    ) -> None:
        self.region, self.batch, self.by, self.at, self.source = region, batch, by, at, source
        self.chains = {chain.label: chain for chain in Chain.objects.all()}
        self.by_code = {chain.code: chain for chain in Chain.objects.all()}
        self.tiers = {tier.code: tier for tier in Tier.objects.all()}
        self.history: list[EnterpriseChange] = []
        self.titles: list[Title] = []

    def column(self, name: str, value: Any) -> Any:
        """A value of a row as its column holds it."""
        if name == "chain":
            return self.chains.get(value) or self.by_code.get(value)
        if name == "size":
            return SIZES.get(value, value)
        if name == "above_scale_since":
            return dt.date.fromisoformat(value) if value else None
        if name in {"credit_code", "is_manufacturing", "is_above_scale", "size_year"} and value == "":
            return None
        return value

    def kept(self, name: str, value: Any) -> Any:
        """A value of a row as history keeps it: codes instead of words, "" for none."""
        if name == "chain" and value in self.chains:
            return self.chains[value].code
        if name == "size":
            return SIZES.get(value, value)
        return "" if value is None else value

    def tell(self, firm: Enterprise, changed: Mapping[str, Sequence[Any]]) -> None:
        """One line of the history."""
        told = {
            name: [self.kept(name, before), self.kept(name, after)]
            for name, (before, after) in changed.items()
        }
        self.history.append(change(firm, told, self.source, by=self.by, at=self.at, batch=self.batch))

    def create(self, rows: Sequence[LibraryRow]) -> list[Enterprise]:
        """Records for firms that are not known; several rows of one firm make one."""
        facts: dict[str, dict[str, Any]] = {}
        for row in rows:
            said = facts.setdefault(name_key(row.company), {"name": row.company})
            said |= facts_of(row)
        firms = []
        for key, said in facts.items():
            firm = Enterprise(
                name_key=key, region=self.region, in_library=True, created_at=self.at, revision=1
            )
            for name, value in said.items():
                setattr(firm, name, self.column(name, value))
            firms.append(firm)
        Enterprise.objects.bulk_create(firms)
        for firm, said in zip(firms, facts.values(), strict=True):
            self.tell(firm, {CREATED: ["", True], **{name: ["", value] for name, value in said.items()}})
        return firms

    def update(self, rows: Sequence[LibraryRow], known: KnownFirms) -> None:
        """What the rows change in records that stood before; of two rows of a firm the later one counts."""
        wanted: dict[int, dict[str, list[Any]]] = {}
        for row in rows:
            if record := known.find(row):
                changed = changes_of(row, record)
                if changed:
                    wanted[record.pk] = wanted.get(record.pk, {}) | changed
        firms = list(Enterprise.objects.filter(pk__in=wanted))
        columns: set[str] = set()
        for firm in firms:
            for name, (_, after) in wanted[firm.pk].items():
                setattr(firm, name, self.column(name, after))
            firm.name_key = name_key(firm.name)
            columns |= set(wanted[firm.pk])
            self.tell(firm, wanted[firm.pk])
        if columns:
            Enterprise.objects.bulk_update(firms, [*columns, "name_key"])
        pass_consent_on([firm for firm in firms if "name_public" in wanted[firm.pk]])

    def grant(self, row: LibraryRow, record: FirmRecord) -> None:
        """The titles that the record does not hold yet."""
        self.titles += [self.title(title, record.pk) for title in new_titles(row, record)]

    def title(self, title: GivenTitle, firm: int) -> Title:
        """A title of a row as the record holds it, not yet saved."""
        return Title(
            enterprise_id=firm,
            tier=self.tiers[title.code],
            granted_on=title.granted,
            expires_on=title.expires,
            rule_version=title.rule,
            evidence=title.evidence,
            batch=self.batch,
        )


def take_library(batch: ImportBatch, rows: Sequence[ImportRow], by: Actor, at: dt.datetime) -> None:
    """Make or change the record of each row's firm, add its titles, and write the history.

    Inside the caller's transaction. What is blank in a sheet wipes out nothing. Raises IntegrityError where a
    firm was registered meanwhile.
    """
    taken = [library_row_of(row.data, row.edits) for row in rows]
    taking = Taking(batch.region, by, at, batch=batch)
    touched = Q(name_key__in={name_key(row.company) for row in taken})
    touched |= Q(credit_code__in={row.code for row in taken if row.code})
    # First the counters: from here to the end nobody else changes these records, and open forms are told.
    mine = Enterprise.objects.filter(touched, region_id=batch.region_id, **STANDING)
    mine.update(revision=F("revision") + 1)
    known = known_firms_of(batch.region_id, among=touched)
    taking.update([row for row in taken if known.find(row)], known)
    taking.create([row for row in taken if not known.find(row)])
    after = known_firms_of(batch.region_id, among=touched)
    granted: set[tuple[int, str, str]] = set()
    for row in taken:
        record = after.find(row)
        if record is None:
            raise IntegrityError(MEANWHILE)
        news = [t for t in row.titles if (record.pk, t.word, str(t.granted)) not in granted]
        granted |= {(record.pk, title.word, str(title.granted)) for title in news}
        taking.grant(LibraryRow(row=row.row, company=row.company, titles=tuple(news)), record)
    Title.objects.bulk_create(taking.titles)
    EnterpriseChange.objects.bulk_create(taking.history)


def undo_library(batch: ImportBatch, by: Actor, at: dt.datetime, note: str) -> int:
    """Take back what an import made of the library: new records go, changed ones are as before.

    Gives how many firms. Raises Refused where something was built on it since.
    """
    history = list(
        EnterpriseChange.objects.filter(batch=batch, source=SOURCE.IMPORT)
        .select_related("enterprise")
        .order_by("-pk")
    )
    made = [found.enterprise for found in history if CREATED in found.changes]
    _refuse_where_built_on(batch, [found.enterprise_id for found in history], made)
    Title.objects.filter(batch=batch).delete()
    taking = Taking(batch.region, by, at, batch=batch)
    for found in history:
        if CREATED in found.changes:
            continue
        restored = {name: taking.column(name, before) for name, (before, _) in found.changes.items()}
        if "name" in restored:
            restored["name_key"] = name_key(restored["name"])
        try:
            with transaction.atomic():
                Enterprise.objects.filter(pk=found.enterprise_id).update(
                    revision=F("revision") + 1, **restored
                )
        except IntegrityError as error:
            raise Stale("有企业的名称或信用代码已被别的记录使用，导入未撤销。") from error
        back = {name: [after, before] for name, (before, after) in found.changes.items()}
        taking.history.append(
            change(found.enterprise, back, SOURCE.UNDO, by=by, at=at, note=note, batch=batch)
        )
    pass_consent_on(
        Enterprise.objects.filter(pk__in=[f.enterprise_id for f in history if "name_public" in f.changes])
    )
    # A record that nothing stands on goes with its history; the rows of the import stay as the trace.
    Enterprise.objects.filter(pk__in=[firm.pk for firm in made]).delete()
    EnterpriseChange.objects.bulk_create(taking.history)
    return len(history)


def _refuse_where_built_on(batch: ImportBatch, firms: Sequence[int], made: Sequence[Enterprise]) -> None:
    since = EnterpriseChange.objects.filter(enterprise=OuterRef("pk"), pk__gt=OuterRef("own")).exclude(
        batch=batch
    )
    own = EnterpriseChange.objects.filter(enterprise=OuterRef("pk"), batch=batch).order_by("-pk").values("pk")
    changed = (
        Enterprise.objects.filter(pk__in=firms)
        .annotate(own=own[:1])
        .filter(Exists(since))
        .order_by("pk")
        .first()
    )
    if changed:
        raise Refused(f"{changed.name}在导入后又有改动，不能整批撤销，请逐家办理。")
    used = Enterprise.objects.filter(pk__in=[firm.pk for firm in made]).filter(
        Q(organisation__isnull=False)
        | Exists(Demand.objects.filter(enterprise=OuterRef("pk")))
        | Exists(RecordClaim.objects.filter(enterprise=OuterRef("pk")))
        | Exists(Enterprise.objects.filter(merged_into=OuterRef("pk")))
    )
    if first := used.order_by("pk").first():
        raise Refused(f"{first.name}已有需求或账号，不能整批撤销，请逐家办理。")
