"""A county's workbook: kept as it came, mended row by row, taken over at the officer's word, undone."""

from demands.operations.imports.committing import Committed, commit_batch, order_batch
from demands.operations.imports.discarding import discard_batch
from demands.operations.imports.jobs import keep_failure, run_order, take_import, tell_opened, tire
from demands.operations.imports.receiving import keep_reading, read_workbook, receive_workbook
from demands.operations.imports.rows import confirm_row, edit_row, leave_out_row
from demands.operations.imports.undoing import order_undo, undo_batch

__all__ = [
    "Committed",
    "commit_batch",
    "confirm_row",
    "discard_batch",
    "edit_row",
    "keep_failure",
    "keep_reading",
    "leave_out_row",
    "order_batch",
    "order_undo",
    "read_workbook",
    "receive_workbook",
    "run_order",
    "take_import",
    "tell_opened",
    "tire",
    "undo_batch",
]
