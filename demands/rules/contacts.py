"""Name and telephone number out of what stands in one cell, or in two."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pilot_portal.common.errors import Refused
from pilot_portal.common.text import normalise_phone, split_phones, to_halfwidth
from pilot_portal.documents.sheets.workbook import EXACT, Cell, cell_words

REWRITTEN = "Excel 已改写此号码"
MOBILE_DIGITS = 11
_SCIENTIFIC = re.compile(r"\d(?:\.(\d+))?[eE]\+?(\d{1,2})")
_LABELS = re.compile(
    r"(?:企业)?(?:联系人|联系电话|联系方式|手机号码?|电话号码?|手机|电话|姓名|号码|[Tt][Ee][Ll])\s*[:：]?"
)
_EDGES = " \t\n\r,，、;；/\\|:：-—–－()（）[]【】.。·+'’‘\"“”"
_OPEN, _CLOSE = re.compile(r"[(（]"), re.compile(r"[)）]")
# Between two names; not inside of a bracket.
_BREAKS = re.compile(r"(?:[\n\r\t,，、;；/|]+| {2,})(?![^(（]*[)）])")
# A number that Excel rewrote, beside a name in one cell: 赵六 1.38E+10.
_BESIDE = re.compile(r"(?<![\w.])\d(?:\.\d+)?[eE]\+\d{1,2}(?!\w)")
_DIGITS = re.compile(r"\d[\d \-]{3,}\d(?:\s*转\s*\d{1,5})?")


@dataclass(frozen=True)
class Contact:
    """What was read: name, number, and for each of them what a person must look at ("" where nothing)."""

    name: str
    phone: str
    name_doubt: str = ""
    phone_doubt: str = ""


def unwritten(cell: Cell) -> tuple[str, bool]:
    """A number's cell as text, and whether Excel lost digits of it.

    13800000011.0 and 1.3800000012E+10 hold every digit; 1.38E+10 and numbers beyond 15 digits do not.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return cell_words(cell), abs(cell) >= EXACT or float(cell) != int(cell)
    text = to_halfwidth(str(cell)).strip().strip("'").strip()
    found = _SCIENTIFIC.fullmatch(text)
    if not found:
        return text, False
    if len(found[1] or "") != int(found[2]):
        return text, True
    try:
        return str(int(Decimal(text))), False
    except (InvalidOperation, ValueError):
        return text, True


def _bared(part: str) -> str:
    """A part without the signs at its ends; a bracket that says something of the name keeps both its ends."""
    bare = part.strip(_EDGES)
    begin = part.find(bare)
    before, after = part[:begin][-1:], part[begin + len(bare) :][:1]
    opened, closed = len(_OPEN.findall(bare)), len(_CLOSE.findall(bare))
    if opened > closed and _CLOSE.fullmatch(after):
        return bare + after
    return before + bare if closed > opened and _OPEN.fullmatch(before) else bare


def name_in(text: str) -> str:
    """The names in a text: labels, signs and breaks off, several joined by 、."""
    parts = [_bared(part) for part in _BREAKS.split(_LABELS.sub(" ", text))]
    kept = [re.sub(r"\s+", " ", part) for part in parts if part]
    return "、".join(dict.fromkeys(kept))


def _phone_doubt(digits: str) -> str:
    count = len(re.sub(r"\D", "", digits))
    if count == MOBILE_DIGITS - 1 and digits.startswith("1"):
        return f"手机号码只有 {count} 位，应为 11 位，请核对"
    if count in {10, 11} and digits.startswith("7"):
        return f"号码“{digits}”可能缺少区号前的 0，是否为 0{digits[:3]}-{digits[3:]}"
    return f"号码“{digits}”有 {count} 位，不是完整的手机或带区号的座机号码，请核对"


def split(*cells: Cell) -> Contact:
    """Name and number out of the cells of one row that hold them, whichever holds which."""
    texts, lost = [], False
    for cell in cells:
        text, rewritten = unwritten(cell)
        if rewritten:
            lost = True
            continue
        for found in _BESIDE.findall(text):
            digits, rewritten = unwritten(found)
            lost = lost or rewritten
            text = text.replace(found, "" if rewritten else digits)
        if text.strip():
            texts.append(text)
    phones, rest = split_phones(" \n ".join(texts))
    broken = []
    for found in _DIGITS.findall(rest):
        try:
            # Eight digits alone are a number of this city.
            phones.append(normalise_phone(found))
        except Refused:
            broken.append(re.sub(r"\D", "", found))
    name = name_in(re.sub(r"[+]?\d[\d\s\-]*(?:转\s*\d+)?", " \n ", rest))
    doubt = ""
    if lost:
        doubt = f"{REWRITTEN}，请把该列设为文本后重新填写"
    elif broken:
        doubt = "；".join(_phone_doubt(digits) for digits in broken)
    elif not phones:
        doubt = "没有联系电话"
    phone = "、".join(dict.fromkeys(phones)) or ("" if lost else (broken or [""])[0])
    return Contact(name, phone, "" if name else "没有联系人姓名", doubt)
