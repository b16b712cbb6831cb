"""A county's own workbook given back: doubts in yellow, mistakes in red, each cell with a comment."""

import hashlib
from collections.abc import Iterator

from demands.models import ImportBatch, ImportRow
from demands.queries.imports import rows_of, visible_batches
from demands.rules.headers import COMPANY, CONTACT, COUNTY, JOINED, PHONE, SERVICES
from pilot_portal.accounts.actors import Actor
from pilot_portal.common.errors import Refused
from pilot_portal.documents.registry import PaperKind, Printing
from pilot_portal.documents.sheets.mark import Mark, mark_workbook
from pilot_portal.documents.sheets.read import read_workbook

NUMBER_LENGTH = 60
WRONG = ImportRow.Level.WRONG
# Which cell a reason of the whole row is about, by how it begins.
ABOUT = {"没有认出所需服务": SERVICES, "所属县市区": COUNTY}


def _batch(pk: int) -> ImportBatch | None:
    return ImportBatch.objects.select_related("round", "region", "file").filter(pk=pk).first()


def _version(batch: ImportBatch) -> str:
    """Changes with every row that was typed over, confirmed or judged anew."""
    digest = hashlib.sha256()
    rows = rows_of(batch).values_list("ordinal", "revision", "level", "is_left_out")
    for values in rows.iterator(chunk_size=2000):
        digest.update(repr(values).encode())
    return digest.hexdigest()[:16]


def marks_of(batch: ImportBatch) -> Iterator[Mark]:
    """What is to be said about which cell of their sheets."""
    rows = rows_of(batch).filter(is_left_out=False).exclude(level=ImportRow.Level.GOOD)
    for row in rows.iterator(chunk_size=1000):
        columns = row.data.get("columns", {})
        about = dict(zip(row.data.get("notes", ()), row.data.get("about", ()), strict=False))
        for reason in row.reasons:
            field = about.get(reason) or next(
                (name for begin, name in ABOUT.items() if reason.startswith(begin)), COMPANY
            )
            # Name and number often stand in one column.
            field = JOINED if field in {CONTACT, PHONE} and field not in columns else field
            column = columns.get(field, columns.get(COMPANY, 0))
            # The sentence of a doubt begins with the place, which the comment itself shows.
            text = reason.split("：", 1)[1] if reason in about and "：" in reason else reason
            yield Mark(row.sheet, row.row, column, text, is_wrong=row.level == WRONG)


def _build(batch: ImportBatch, _printing: Printing) -> bytes:
    if batch.file is None:
        raise Refused("这次导入没有留存原文件，不能标注。")
    with batch.file.file.open("rb") as stream:
        content = stream.read()
    return mark_workbook(content, read_workbook(content), marks_of(batch))


def _may_see(actor: Actor, batch: ImportBatch) -> bool:
    return visible_batches(actor).filter(pk=batch.pk).exists()


def _name(batch: ImportBatch) -> str:
    stem = batch.file_name.rpartition(".")[0] or batch.file_name
    return f"{stem}（已标注）.xlsx"


def _number(batch: ImportBatch) -> str:
    """The import, and whose file it was: 「我的文件」 shows it below the title."""
    return f"{batch.pk} {batch.region.name} {batch.file_name}"[:NUMBER_LENGTH]


def _find(number: str) -> ImportBatch | None:
    key = number.partition(" ")[0]
    return _batch(int(key)) if key.isdecimal() else None


MARKED_WORKBOOK = PaperKind(
    code="marked-workbook",
    title="标注后的表格",
    get=_batch,
    find=_find,
    number=_number,
    build=_build,
    may_see=_may_see,
    file_name=_name,
    example=lambda: None,
    version=_version,
    is_listed=False,
)
