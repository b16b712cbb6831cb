"""The papers and workbooks of the year's end."""

from evaluation.documents.decisions import SANCTION_DECISION, SANCTION_PROOF
from evaluation.documents.publications import AWARD_EXTRA, AWARD_LIST, RANKING, RANKING_EXTRA
from evaluation.documents.sheets import EVALUATIONS_SHEET, RESULTS_SHEET

PAPERS = (RANKING, AWARD_LIST, SANCTION_DECISION, SANCTION_PROOF)
SHEETS = (EVALUATIONS_SHEET, RESULTS_SHEET)
EXTRAS = (RANKING_EXTRA, AWARD_EXTRA)
__all__ = [
    "AWARD_EXTRA",
    "AWARD_LIST",
    "EVALUATIONS_SHEET",
    "EXTRAS",
    "PAPERS",
    "RANKING",
    "RANKING_EXTRA",
    "RESULTS_SHEET",
    "SANCTION_DECISION",
    "SANCTION_PROOF",
    "SHEETS",
]
