"""The app of the publications."""

from django.apps import AppConfig


class BulletinConfig(AppConfig):
    """Frozen publications, the public home."""

    name = "pilot_portal.bulletin"
    label = "bulletin"
    verbose_name = "公告"
