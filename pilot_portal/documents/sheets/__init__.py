"""Workbooks: writers of the notice's forms and of plain tables, and readers of what counties send."""

from pilot_portal.documents.sheets.attachment1 import write_attachment1
from pilot_portal.documents.sheets.attachment4 import write_attachment4
from pilot_portal.documents.sheets.columns import Column
from pilot_portal.documents.sheets.table import TableSheet, write_table

__all__ = ["Column", "TableSheet", "write_attachment1", "write_attachment4", "write_table"]
