"""Reading the reporting units."""

from django.db.models import QuerySet

from pilot_portal.regions.models import Region

CITY_CODE = "430200"


def active_regions() -> QuerySet[Region]:
    """The units that report today, in the order of the notice's tables."""
    return Region.objects.filter(is_active=True).order_by("position")
