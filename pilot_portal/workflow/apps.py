"""The app of the life cycles."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WorkflowConfig(AppConfig):
    """Holds the trail; finds each app's table of moves."""

    name = "pilot_portal.workflow"
    label = "workflow"
    verbose_name = "办理过程"

    def ready(self) -> None:
        """Load every app's `workflow.py`: a table of moves registers itself when it is made."""
        autodiscover_modules("workflow")
