"""Every act on demands, records of the library, imports and lists; each callable without a page."""

from demands.operations.adding import add_firm
from demands.operations.checking import (
    check_many,
    plan_batch,
    refuse_demand,
    return_demand,
    verify_demand,
)
from demands.operations.clock import close_rounds, close_windows
from demands.operations.corrections import (
    drop_correction,
    propose_correction,
    publish_correction,
    register_after_correction,
)
from demands.operations.drafts import (
    begin_demand,
    register_after_withdrawal,
    save_part,
    start_demand,
    submit_demand,
    take_back_demand,
    withdraw_demand,
)
from demands.operations.enterprises import decide_record_claim, open_record
from demands.operations.imports import (
    Committed,
    commit_batch,
    confirm_row,
    discard_batch,
    edit_row,
    leave_out_row,
    order_batch,
    order_undo,
    read_workbook,
    receive_workbook,
    undo_batch,
)
from demands.operations.invitations import Invited, body_of, invite_enterprise, make_slips
from demands.operations.mending import mend_demand
from demands.operations.merging import merge_records, undo_merge
from demands.operations.paper import enter_paper_demand
from demands.operations.publication import (
    city_return_demand,
    edit_public_text,
    not_publish_demand,
    plan_list,
    prepare_demands,
    publish_list,
    suggested,
)
from demands.operations.questions import answer_question, ask_question, hide_question
from demands.operations.records import TitleGiven, grant_title, revoke_title, save_record
from demands.operations.reports import accept_summary, return_summary, send_summary
from demands.operations.summaries import freeze_summary, request_summary

__all__ = [
    "Committed",
    "Invited",
    "TitleGiven",
    "accept_summary",
    "add_firm",
    "answer_question",
    "ask_question",
    "begin_demand",
    "body_of",
    "check_many",
    "city_return_demand",
    "close_rounds",
    "close_windows",
    "commit_batch",
    "confirm_row",
    "decide_record_claim",
    "discard_batch",
    "drop_correction",
    "edit_public_text",
    "edit_row",
    "enter_paper_demand",
    "freeze_summary",
    "grant_title",
    "hide_question",
    "invite_enterprise",
    "leave_out_row",
    "make_slips",
    "mend_demand",
    "merge_records",
    "not_publish_demand",
    "open_record",
    "order_batch",
    "order_undo",
    "plan_batch",
    "plan_list",
    "prepare_demands",
    "propose_correction",
    "publish_correction",
    "publish_list",
    "read_workbook",
    "receive_workbook",
    "refuse_demand",
    "register_after_correction",
    "register_after_withdrawal",
    "request_summary",
    "return_demand",
    "return_summary",
    "revoke_title",
    "save_part",
    "save_record",
    "send_summary",
    "start_demand",
    "submit_demand",
    "suggested",
    "take_back_demand",
    "undo_batch",
    "undo_merge",
    "verify_demand",
    "withdraw_demand",
]
