"""Large workbooks in and out, with real processes: what a county sends and takes in a bad week."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from demands import intake, operations
from demands.models import Demand, ImportBatch
from pilot_portal.workflow.models import Entry
from tests import factories
from tests.benchmarks.exports import written
from tests.benchmarks.imports import ROWS, workbook
from tests.factories import NOW
from tests.portal import environment

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]


def sweep() -> dict[str, float]:
    """A worker's sweep in a process of its own: seconds and memory in MiB, its own and its child's."""
    words = [sys.executable, "-m", "tests.benchmarks.worker"]
    done = subprocess.run(words, cwd=ROOT, env=environment(), check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def test_twenty_thousand_rows_are_read_and_taken_over_by_a_worker_in_little_memory():
    wang, round_ = factories.county_reviewer_wang(), factories.make_round()
    content = workbook(factories.region().name)
    upload = SimpleUploadedFile("附件4.xlsx", content)
    batch = operations.receive_workbook(
        upload, round=round_, region=factories.region(), sha256=intake.digest_of(upload), by=wang, at=NOW
    )
    read = sweep()
    batch.refresh_from_db()
    assert (batch.status, batch.error) == (ImportBatch.Status.READ, "")
    operations.order_batch(batch, by=wang, at=NOW)
    taken = sweep()
    batch.refresh_from_db()
    made = Demand.objects.filter(batch=batch)
    assert (batch.status, batch.error, made.count()) == (ImportBatch.Status.COMMITTED, "", ROWS)
    entries = Entry.objects.filter(case_type="demands.demand", case_id__in=made.values("pk"))
    assert entries.values("case_id").distinct().count() == ROWS
    for worked in (read, taken):
        assert worked["own"] < 300
        assert worked["children"] < 300


def test_a_hundred_thousand_rows_leave_in_little_memory():
    told = written("portal")
    assert told["peak"] < 60
