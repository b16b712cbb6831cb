"""The conditions of lists, in the address; choices come as lists so that no template runs a query."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict

from demands.models import Demand, Enterprise
from demands.queries import conditions, public
from demands.queries.enterprises import matching
from demands.queries.firms import ended, ending, holding_tier
from pilot_portal.codes.models import Chain, ServiceKind, Tier
from pilot_portal.codes.queries import labels
from pilot_portal.regions.queries import active_regions
from pilot_portal.rounds.queries import rounds_newest_first

STATE = Demand.State
# A title that ends within this time wants a look.
SOON = dt.timedelta(days=90)
Choices = Sequence[tuple[str, str]]


def region_choices() -> list[tuple[str, str]]:
    """The reporting units as choices."""
    return list(active_regions().values_list("code", "name"))


def round_choices() -> list[tuple[str, str]]:
    """The rounds as choices, newest first."""
    return [
        (code, f"{year}年度（{code}）") for code, year in rounds_newest_first().values_list("code", "year")
    ]


def code_choices(model: type[ServiceKind] | type[Tier] | type[Chain]) -> list[tuple[str, str]]:
    """A code table as choices."""
    return list(labels(model).items())


def address(query: QueryDict, **changes: str) -> str:
    """The same list with other conditions; paging begins again. An empty value takes a condition away."""
    changed = query.copy()
    for name in ("after", "page", "facet", "case"):
        changed.pop(name, None)
    for name, value in changes.items():
        changed.pop(name, None)
        if value:
            changed[name] = value
    for name in [name for name, value in changed.items() if not value]:
        changed.pop(name)
    return f"?{changed.urlencode()}"


class ListedFilter(django_filters.FilterSet):
    """A filter whose choices are given as lists, name by name."""

    def __init__(self, *args: Any, choices: dict[str, Choices], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, values in choices.items():
            if name in self.filters:
                self.filters[name].extra["choices"] = values

    def applied(self) -> dict[str, str]:
        """The conditions in force and what they are set to, in words."""
        if not self.form.is_valid() and not hasattr(self.form, "cleaned_data"):
            return {}
        words = {}
        for name, value in self.form.cleaned_data.items():
            if value:
                named = dict(getattr(self.form.fields[name], "choices", ()))
                words[name] = str(named.get(value, value))
        return words

    def chips(self, query: QueryDict) -> list[dict[str, str]]:
        """The conditions in force, each with the address without it."""
        return [
            {"label": label, "url": address(query, **{name: ""})} for name, label in self.applied().items()
        ]


def _choice(label: str, field: str) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=label, field_name=field, empty_label="全部", choices=[])


class PublicFilter(ListedFilter):
    """The published list: by county, kind, chain, goal, state, words."""

    q = django_filters.CharFilter(label="搜索", method="search")
    state = django_filters.ChoiceFilter(label="状态", method="in_state", choices=public.PUBLIC_STATES)
    county = _choice("县市区", public.FIELDS["county"])
    kind = _choice("服务类型", public.FIELDS["kind"])
    tier = _choice("发展目标", public.FIELDS["tier"])
    chain = _choice("产业链", public.FIELDS["chain"])
    round = _choice("批次", public.FIELDS["round"])
    batch = django_filters.NumberFilter(label="第几批", field_name=public.FIELDS["batch"])

    class Meta:
        model = Demand
        fields: list[str] = []

    def __init__(self, *args: Any, at: Any, named_rounds: Any = (), **kwargs: Any) -> None:
        self.at, self.named_rounds = at, named_rounds
        super().__init__(*args, **kwargs)

    def search(self, demands: QuerySet[Demand], _name: str, value: str) -> QuerySet[Demand]:
        """Every typed word must be found."""
        return public.search(demands, value, named_rounds=self.named_rounds)

    def in_state(self, demands: QuerySet[Demand], _name: str, value: str) -> QuerySet[Demand]:
        """`open` is a claim window that is open now; the others are states."""
        return public.in_state(demands, value, self.at)


class QueueFilter(ListedFilter):
    """The queues of county and city: by words, round, state, kind, goal, county."""

    q = django_filters.CharFilter(label="企业名称或编号", method="search")
    round = _choice("批次", conditions.FIELDS["round"])
    state = django_filters.ChoiceFilter(label="状态", choices=STATE.choices, empty_label="全部")
    county = _choice("县市区", conditions.FIELDS["county"])
    kind = _choice("服务类型", conditions.FIELDS["kind"])
    tier = _choice("发展目标", conditions.FIELDS["tier"])

    class Meta:
        model = Demand
        fields: list[str] = []

    def search(self, demands: QuerySet[Demand], _name: str, value: str) -> QuerySet[Demand]:
        """By firm or number."""
        return conditions.in_words(demands, value)


class EnterpriseFilter(ListedFilter):
    """The enterprise library: by name or code, chain, whether it stands in the library."""

    q = django_filters.CharFilter(label="企业名称或信用代码", method="search")
    county = _choice("县市区", "region__code")
    chain = _choice("产业链", "chain__code")
    library = django_filters.ChoiceFilter(
        label="培育库", method="in_library", choices=[("yes", "已纳入"), ("no", "未纳入")], empty_label="全部"
    )

    tier = django_filters.ChoiceFilter(label="有效称号", method="with_tier", choices=[], empty_label="全部")
    titles = django_filters.ChoiceFilter(
        label="称号到期",
        method="by_end",
        choices=[("soon", "三个月内到期"), ("ended", "均已到期")],
        empty_label="全部",
    )
    account = django_filters.ChoiceFilter(
        label="账号", method="with_account", choices=[("yes", "已开通"), ("no", "未开通")], empty_label="全部"
    )

    class Meta:
        model = Enterprise
        fields: list[str] = []

    def __init__(self, *args: Any, day: dt.date, **kwargs: Any) -> None:
        self.day = day
        super().__init__(*args, **kwargs)

    def search(self, firms: QuerySet[Enterprise], _name: str, value: str) -> QuerySet[Enterprise]:
        """By part of the name or the whole code."""
        return matching(firms, value)

    def in_library(self, firms: QuerySet[Enterprise], _name: str, value: str) -> QuerySet[Enterprise]:
        """Within the library or outside."""
        return firms.filter(in_library=value == "yes")

    def with_tier(self, firms: QuerySet[Enterprise], _name: str, value: str) -> QuerySet[Enterprise]:
        """Firms that hold a title today."""
        return holding_tier(firms, value, self.day)

    def by_end(self, firms: QuerySet[Enterprise], _name: str, value: str) -> QuerySet[Enterprise]:
        """Firms whose titles end soon, or have ended."""
        return ended(firms, self.day) if value == "ended" else ending(firms, day=self.day, within=SOON)

    def with_account(self, firms: QuerySet[Enterprise], _name: str, value: str) -> QuerySet[Enterprise]:
        """Firms whose people can sign in, or cannot yet."""
        return firms.filter(has_account=value == "yes")
