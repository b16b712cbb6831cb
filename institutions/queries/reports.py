"""What a county report's papers print, and what was read on their stamped scans."""

import json
from hashlib import sha256
from typing import Any

from institutions.models import CountyReport
from institutions.queries import OPEN_REPORTS, REPORT_TYPE, SCAN, frozen_report, rows_of
from pilot_portal.attachments.queries import files_of
from pilot_portal.documents.queries import readings_of, scan_lines


def report_content(report: CountyReport) -> dict[str, Any]:
    """The rows of a report: frozen once sent, as ordered before and after a return."""
    return frozen_report(report, rows_of(report)) if report.state in OPEN_REPORTS else report.frozen


def report_versions(report: CountyReport) -> tuple[str, str]:
    """What distinguishes the papers of a report: as printed before it is sent, and as sent.

    Both name what the rows say, not only their order: an application may be recalled, mended and recommended
    again. Number and date of the document are known only once it is sent.
    """
    said = json.dumps(report_content(report), ensure_ascii=False, sort_keys=True)
    printed = f"r{report.revision}-{sha256(said.encode()).hexdigest()[:10]}"
    sent = f"{report.document_number} {report.submitted_at}"
    return printed, f"{printed}s{sha256(sent.encode()).hexdigest()[:6]}"


def report_scan_hints(report: CountyReport) -> list[dict[str, str]]:
    """What was read on the stamped scans of a county report. Two queries."""
    scans = list(files_of(REPORT_TYPE, report.pk, SCAN))
    if not scans:
        return []
    kinds = {"attachment-1", "covering-letter"}
    return scan_lines(readings_of(scans), kinds, report.pk, report_versions(report))
