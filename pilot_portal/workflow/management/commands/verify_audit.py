"""`manage.py verify_audit`: whether every case agrees with its trail, every sealed day with its root."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pilot_portal.workflow.machine import REGISTRY
from pilot_portal.workflow.operations import root_problems
from pilot_portal.workflow.queries import audit_problems


class Command(BaseCommand):
    """Compares each case's step and state with its last entry, digests in order, and the sealed days."""

    help = "核对办理记录：逐件核对状态与最后一步，逐日核对签名摘要。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was checked; exit 1 with every problem found."""
        problems = []
        for case_type in sorted(REGISTRY):
            found = audit_problems(case_type)
            problems += found
            self.stdout.write(f"{case_type}\t{'ok' if not found else len(found)}")
        found = root_problems()
        self.stdout.write(f"day roots\t{'ok' if not found else len(found)}")
        problems += found
        if problems:
            raise CommandError("\n".join(problems))
