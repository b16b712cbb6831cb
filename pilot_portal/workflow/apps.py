"""The app of the life cycles."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """Registers nothing; holds the trail."""

    name = "pilot_portal.workflow"
    label = "workflow"
    verbose_name = "办理过程"
