"""What the papers of demands share."""

from typing import Any

from pilot_portal.rounds.models import Round

BUREAU = "株洲市工业和信息化局"


def banner(round: Round) -> dict[str, Any]:
    """A rehearsal and a demonstration say so on every page."""
    return {"banner": "征求意见" if round.is_rehearsal else "", "specimen": round.is_demo}
