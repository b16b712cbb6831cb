"""A workbook of 20,000 rows: read, taken over by a worker, beside bare python-calamine and a raw COPY."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from demands import intake, operations
from demands.models import Demand, Enterprise, ImportBatch
from pilot_portal.accounts.actors import COUNTY, Actor
from pilot_portal.accounts.models import Membership
from pilot_portal.common import clock
from pilot_portal.rounds.models import Round
from tests.benchmarks.measure import Figure

ROWS = 20_000
ROOT = Path(__file__).resolve().parents[2]
HEAD = ("序号", "企业名称", "所属县市区", "所需服务", "企业现状", "发展目标", "企业联系人及联系电话", "备注")
SHIFT = 100_000_000


def workbook(county: str) -> bytes:
    """An Attachment 4 of so many firms, as a county would send it."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("汇总")
        sheet.write_row(0, 0, ["附件4 服务需求摸底汇总表"])
        sheet.write_row(1, 0, HEAD)
        for n in range(ROWS):
            kinds = ("数智转型；人才招引", "咨询管理", "上市辅导、技术创新")[n % 3]
            goal = ("省级专精特新中小企业", "国家级专精特新“小巨人”")[n % 2]
            contact = f"龚示例 138{n:08}"
            row = (n + 1, f"株洲示例{n:05}制造有限公司", county, kinds, "创新型中小企业", goal, contact, "")
            sheet.write_row(n + 2, 0, row)
    return out.getvalue()


def one(name: str, value: float, unit: str, note: str = "") -> Figure:
    """A figure of one run: minutes of work are not repeated fifteen times."""
    return Figure(name, value, unit, value, value, 1, note)


def _sweep() -> dict[str, float]:
    words = [sys.executable, "-m", "tests.benchmarks.worker", "imports"]
    done = subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def _bare(content: bytes) -> float:
    began = time.perf_counter()
    CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    return time.perf_counter() - began


def _copied(table: str, where: str, changed: dict[str, str]) -> tuple[str, str]:
    """The rows of a table as COPY text, with keys shifted and unique columns made new; and the columns."""
    with connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        wanted = ", ".join(changed.get(name, f'"{name}"') for name in names)
        out = StringIO()
        cursor.copy_expert(f"COPY (SELECT {wanted} FROM {table} WHERE {where}) TO STDOUT", out)  # noqa: S608
    return out.getvalue(), ", ".join(f'"{name}"' for name in names)


def _raw_copy(batch: ImportBatch) -> float:
    """Seconds of a COPY of what the import wrote into the same tables, with all their constraints."""
    ours = f"SELECT id FROM demands_demand WHERE batch_id = {batch.pk}"  # noqa: S608
    shift = f"id + {SHIFT}"
    tables = {
        "demands_enterprise": (
            f"id IN (SELECT enterprise_id FROM demands_demand WHERE batch_id = {batch.pk})",  # noqa: S608
            {"id": shift, "name_key": "name_key || 'x'", "credit_code": "NULL"},
        ),
        "demands_demand": (
            f"batch_id = {batch.pk}",
            {
                "id": shift,
                "number": "'x' || number",
                "row_key": "md5(row_key)",
                "enterprise_id": f"enterprise_id + {SHIFT}",
            },
        ),
        "demands_demand_kinds": (
            f"demand_id IN ({ours})",
            {"id": shift, "demand_id": f"demand_id + {SHIFT}"},
        ),
        "workflow_entry": (
            f"case_type = 'demands.demand' AND case_id IN ({ours})",
            {"id": shift, "case_id": f"case_id + {SHIFT}"},
        ),
    }
    texts = {table: _copied(table, where, changed) for table, (where, changed) in tables.items()}
    with transaction.atomic(), connection.cursor() as cursor:
        began = time.perf_counter()
        for table, (text, columns) in texts.items():
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", StringIO(text))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        taken = time.perf_counter() - began
        transaction.set_rollback(True)
    return taken


def figures() -> Iterator[Figure]:
    """Reading and taking over, each by a worker of its own."""
    membership = (
        Membership.objects.filter(role__in=COUNTY, ends_at=None)
        .select_related("user", "organisation__region")
        .first()
    )
    by = Actor(membership.user, membership)
    region = membership.organisation.region
    content = workbook(region.name)
    upload = SimpleUploadedFile("附件4.xlsx", content)
    round_ = Round.objects.filter(status=Round.Status.OPEN).order_by("-code").first()
    batch = operations.receive_workbook(
        upload, round=round_, region=region, sha256=intake.digest_of(upload), by=by, at=clock.now()
    )
    bare = _bare(content)
    read = _sweep()
    batch.refresh_from_db()
    note = f"{ROWS / read['seconds']:.0f} rows/s; bare calamine {ROWS / bare:.0f} rows/s"
    yield one("import 20,000 rows: read", read["seconds"], "s", f"{note}; {batch.status}")
    yield one("import 20,000 rows: read, memory", read["own"], "MiB", f"child {read['children']:.0f} MiB")
    firms = Enterprise.objects.count()
    operations.order_batch(batch, by=by, at=clock.now())
    taken = _sweep()
    batch.refresh_from_db()
    made = Demand.objects.filter(batch=batch).count()
    note = f"{made} demands, {Enterprise.objects.count() - firms} firms; {batch.status} {batch.error}"
    yield one("import 20,000 rows: take over", taken["seconds"], "s", note)
    yield one("import 20,000 rows: take over, memory", taken["own"], "MiB")
    if connection.vendor == "postgresql":
        raw = _raw_copy(batch)
        yield one("the same rows by raw COPY", raw, "s", f"import / COPY = {taken['seconds'] / raw:.1f}")
