"""Reading code tables."""

import datetime as dt
from typing import TypeVar

from django.db.models import Q, QuerySet

from pilot_portal.codes.models import Code

C = TypeVar("C", bound=Code)


def valid_on(model: type[C], day: dt.date) -> QuerySet[C]:
    """The rows of a code table that are valid on the day (both ends inclusive), in their order."""
    return model._default_manager.filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
    ).order_by("position")


def labels(model: type[Code]) -> dict[str, str]:
    """Every code with its label, also those no longer valid: old records must still be readable."""
    return dict(model._default_manager.order_by("position").values_list("code", "label"))
