"""The papers and workbooks of applications, county reports, pilot institutions and the roster."""

from institutions.documents.applications import APPLICATION_SET, RECEIPT
from institutions.documents.letters import (
    DECLINE_LETTER,
    OF_APPLICATIONS,
    OF_REPORTS,
    REPORT_RECEIPT,
    RETURN_NOTICE,
)
from institutions.documents.pilots import (
    MEND_NOTICE,
    OF_PILOTS,
    REMOVAL_DECISION,
    REMOVAL_NOTICE,
    SERVICE_PROOF,
    SUSPENSION_DECISION,
)
from institutions.documents.reports import (
    ATTACHMENT_1,
    ATTACHMENT_1_SHEET,
    COVERING_LETTER,
    ROSTER,
    ROSTER_EXTRA,
)

PAPERS = (
    APPLICATION_SET,
    RECEIPT,
    RETURN_NOTICE,
    DECLINE_LETTER,
    ATTACHMENT_1,
    COVERING_LETTER,
    REPORT_RECEIPT,
    ROSTER,
    MEND_NOTICE,
    REMOVAL_NOTICE,
    REMOVAL_DECISION,
    SUSPENSION_DECISION,
    SERVICE_PROOF,
)
SHEETS = (ATTACHMENT_1_SHEET,)
__all__ = [
    "APPLICATION_SET",
    "ATTACHMENT_1",
    "ATTACHMENT_1_SHEET",
    "COVERING_LETTER",
    "DECLINE_LETTER",
    "MEND_NOTICE",
    "OF_APPLICATIONS",
    "OF_PILOTS",
    "OF_REPORTS",
    "PAPERS",
    "RECEIPT",
    "REMOVAL_DECISION",
    "REMOVAL_NOTICE",
    "REPORT_RECEIPT",
    "RETURN_NOTICE",
    "ROSTER",
    "ROSTER_EXTRA",
    "SERVICE_PROOF",
    "SHEETS",
    "SUSPENSION_DECISION",
]
