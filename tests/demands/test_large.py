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
    words = [sys.executable, "-m", "tests.benchmarks.worker", "imports"]
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


# An open document whose one cell is an x with two billion spaces behind it.
HUNGRY = """
import io, resource, zipfile, django
django.setup()
from demands import intake
names = {"office": "office:1.0", "table": "table:1.0", "text": "text:1.0"}
names = " ".join(f'xmlns:{k}="urn:oasis:names:tc:opendocument:xmlns:{v}"' for k, v in names.items())
parts = ["office:body", "office:spreadsheet", 'table:table table:name="S"', "table:table-row"]
parts += ['table:table-cell office:value-type="string"', "text:p"]
begin = "".join(f"<{part}>" for part in parts)
end = "".join(f"</{part.split()[0]}>" for part in reversed(parts))
spaces = 'x<text:s text:c="2000000000"/>'
content = f"<office:document-content {names}>{begin}{spaces}{end}</office:document-content>"
kind = "application/vnd.oasis.opendocument.spreadsheet"
entry = f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>'
space = 'xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
out = io.BytesIO()
with zipfile.ZipFile(out, "w") as archive:
    archive.writestr("mimetype", kind)
    archive.writestr("META-INF/manifest.xml", f"<m:manifest {space}>{entry}</m:manifest>")
    archive.writestr("content.xml", content)
error = intake.read_bytes(out.getvalue()).file.error
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(peak if error else 1e9)
"""


def test_a_file_that_asks_for_a_billion_spaces_is_refused_in_little_memory():
    words = [sys.executable, "-c", HUNGRY]
    done = subprocess.run(words, cwd=ROOT, env=environment(), check=True, stdout=subprocess.PIPE, text=True)
    assert float(done.stdout) < 300


def test_a_hundred_thousand_rows_leave_in_little_memory():
    told = written("portal")
    assert told["peak"] < 60
