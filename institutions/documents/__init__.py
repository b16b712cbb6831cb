"""The papers and workbooks of applications, county reports and the roster."""

from institutions.documents.applications import APPLICATION_SET, DECLINE_LETTER, RECEIPT, RETURN_NOTICE
from institutions.documents.reports import ATTACHMENT_1, ATTACHMENT_1_SHEET, COVERING_LETTER, ROSTER

PAPERS = (APPLICATION_SET, RECEIPT, RETURN_NOTICE, DECLINE_LETTER, ATTACHMENT_1, COVERING_LETTER, ROSTER)
SHEETS = (ATTACHMENT_1_SHEET,)
