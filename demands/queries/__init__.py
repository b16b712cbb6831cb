"""Reading demands, the enterprise library, imports and published lists. Who sees what is decided here."""

from demands.queries.demands import (
    CASE_TYPE,
    choices,
    chosen_of,
    counted,
    counts_by_state,
    open_rounds,
    parts_of,
    published,
    raw_parts,
    typed_titles,
    visible_demands,
    windows_closed,
)
from demands.queries.enterprises import record_of, visible_enterprises
from demands.queries.faces import PublicDemand, claims_limit, face, faces, firm_shown, public_state
from demands.queries.imports import visible_batches
from demands.queries.registered import (
    Link,
    case_links,
    claim_counts,
    register_case_links,
    register_chosen_names,
    register_claim_counter,
    register_standing,
    rounds_in_good_standing,
)

__all__ = [
    "CASE_TYPE",
    "Link",
    "PublicDemand",
    "case_links",
    "choices",
    "chosen_of",
    "claim_counts",
    "claims_limit",
    "counted",
    "counts_by_state",
    "face",
    "faces",
    "firm_shown",
    "open_rounds",
    "parts_of",
    "public_state",
    "published",
    "raw_parts",
    "record_of",
    "register_case_links",
    "register_chosen_names",
    "register_claim_counter",
    "register_standing",
    "rounds_in_good_standing",
    "typed_titles",
    "visible_batches",
    "visible_demands",
    "visible_enterprises",
    "windows_closed",
]
