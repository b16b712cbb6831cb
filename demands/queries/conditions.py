"""The conditions of the queues of county and city, as they stand in an address."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from demands.models import Demand
from pilot_portal.common.text import name_key

# Name in the address → field. `q` looks for words.
FIELDS: dict[str, str] = {
    "round": "round__code",
    "state": "state",
    "county": "region__code",
    "kind": "kinds__code",
    "tier": "target_tier__code",
}


def in_words(demands: QuerySet[Demand], typed: str) -> QuerySet[Demand]:
    """Demands of a firm whose name holds what was typed, or of this number."""
    return demands.filter(Q(enterprise__name_key__contains=name_key(typed)) | Q(number__iexact=typed.strip()))


def under(demands: QuerySet[Demand], query: Mapping[str, str]) -> QuerySet[Demand]:
    """The demands under all conditions of a list; unknown names count for nothing."""
    for name, field in FIELDS.items():
        if value := query.get(name):
            demands = demands.filter(**{field: value})
    typed = query.get("q", "")
    return in_words(demands, typed) if typed.strip() else demands
