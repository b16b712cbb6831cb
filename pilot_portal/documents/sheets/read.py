"""Reading any spreadsheet a county sends, in a process of its own: what happens there hurts nobody here."""

from pilot_portal.common.child import ask_child
from pilot_portal.common.errors import Refused
from pilot_portal.documents.sheets.guard import MOST_BYTES
from pilot_portal.documents.sheets.workbook import Workbook

CHILD = "pilot_portal.documents.sheets.child"
TOO_LONG = "读取表格用时过长，已停止。请删除多余的工作表、行和列后重试。"
MEMORY = 1536 * 1024 * 1024
SECONDS = 20
UNREADABLE = "无法读取这个文件。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"


def read_workbook(content: bytes, *, memory: int = MEMORY, seconds: int = SECONDS) -> Workbook:
    """Read the bytes of an .xlsx, .xls, .et, .ods or a web page saved as .xls.

    Args:
        content: the whole file.
        memory: bytes of address space that reading may take.
        seconds: time that reading may take.

    Gives every sheet with its rows; hidden sheets come by name alone. Raises Refused with a sentence for a
    file that is hostile, locked, broken, too big or no spreadsheet.
    """
    if not content:
        raise Refused("文件是空的，请检查后重新上传。")
    if len(content) > MOST_BYTES:
        raise Refused("文件超过 20 MB，请分成几份后分别上传。")
    told = ask_child(CHILD, [str(memory), str(seconds)], content, seconds=seconds, too_long=TOO_LONG)
    if "workbook" in told:
        return Workbook.from_json(told["workbook"])
    raise Refused(told.get("refused") or UNREADABLE)
