"""The papers and workbooks of demands: a county's Attachment 4, the published list, plain exports.

Papers are built from what is frozen (a county's summary, a publication's payload); workbooks show things as
they stand.
"""

from demands.documents.attachment4 import ATTACHMENT_4
from demands.documents.exports import ATTACHMENT_4_SHEET, DEMANDS_SHEET
from demands.documents.lists import DEMAND_LIST, LIST_FILES
from demands.documents.marked import MARKED_WORKBOOK
from demands.documents.slips import SLIPS

__all__ = [
    "ATTACHMENT_4",
    "ATTACHMENT_4_SHEET",
    "DEMANDS_SHEET",
    "DEMAND_LIST",
    "LIST_FILES",
    "MARKED_WORKBOOK",
    "SLIPS",
]
