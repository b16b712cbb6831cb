"""The enterprise library, demands, their imports and published lists."""

from demands.models.demands import Correction, Demand, DraftPart, Question
from demands.models.enterprises import (
    Enterprise,
    EnterpriseChange,
    EnterpriseMerge,
    RecordClaim,
    SlipSheet,
    Title,
)
from demands.models.imports import ImportBatch, ImportRow
from demands.models.lists import CountySummary, DemandList, DemandReport

__all__ = [
    "Correction",
    "CountySummary",
    "Demand",
    "DemandList",
    "DemandReport",
    "DraftPart",
    "Enterprise",
    "EnterpriseChange",
    "EnterpriseMerge",
    "ImportBatch",
    "ImportRow",
    "Question",
    "RecordClaim",
    "SlipSheet",
    "Title",
]
