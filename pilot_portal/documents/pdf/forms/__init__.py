"""The papers' forms: plain frozen data in, a laid-out document out."""

from pilot_portal.documents.pdf.forms.attachment1 import (
    Attachment1Data,
    Attachment1Row,
    Attachment1Words,
    attachment1,
)
from pilot_portal.documents.pdf.forms.attachment2 import Attachment2Data, Attachment2Words, attachment2
from pilot_portal.documents.pdf.forms.attachment3 import (
    Attachment3Data,
    Attachment3Words,
    TierCounts,
    YearFigures,
    attachment3,
    print_set,
)
from pilot_portal.documents.pdf.forms.attachment4 import (
    Attachment4Data,
    Attachment4Row,
    Attachment4Words,
    attachment4,
)
from pilot_portal.documents.pdf.forms.covering import CoveringLetterData, CoveringLetterWords, covering_letter
from pilot_portal.documents.pdf.forms.letter import Heading, LetterData, letter
from pilot_portal.documents.pdf.forms.lists import (
    DemandListData,
    DemandListRow,
    ListWords,
    RankingData,
    RankingRow,
    RosterData,
    RosterRow,
    demand_list,
    ranking,
    roster,
)
from pilot_portal.documents.pdf.forms.notices import NoticeColumn, NoticeData, notice
from pilot_portal.documents.pdf.forms.service import ServiceProofData, ServiceProofWords, service_proof
from pilot_portal.documents.pdf.forms.slips import Slip, SlipsData, slips

__all__ = [
    "Attachment1Data",
    "Attachment1Row",
    "Attachment1Words",
    "Attachment2Data",
    "Attachment2Words",
    "Attachment3Data",
    "Attachment3Words",
    "Attachment4Data",
    "Attachment4Row",
    "Attachment4Words",
    "CoveringLetterData",
    "CoveringLetterWords",
    "DemandListData",
    "DemandListRow",
    "Heading",
    "LetterData",
    "ListWords",
    "NoticeColumn",
    "NoticeData",
    "RankingData",
    "RankingRow",
    "RosterData",
    "RosterRow",
    "ServiceProofData",
    "ServiceProofWords",
    "Slip",
    "SlipsData",
    "TierCounts",
    "YearFigures",
    "attachment1",
    "attachment2",
    "attachment3",
    "attachment4",
    "covering_letter",
    "demand_list",
    "letter",
    "notice",
    "print_set",
    "ranking",
    "roster",
    "service_proof",
    "slips",
]
