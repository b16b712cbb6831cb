"""What an officer types over a row of a workbook: read as strictly as an enterprise's own words."""

from collections.abc import Mapping, Sequence
from typing import Any

from demands.rules.attachment4 import LONGEST
from demands.rules.rows import FIELDS
from demands.rules.words import KIND_CODES, TIER_CODES
from pilot_portal.common.errors import Problem, Refused
from pilot_portal.common.text import clean, normalise_phone

LISTS: Mapping[str, Sequence[str]] = {
    "services": tuple(KIND_CODES),
    "status": tuple(TIER_CODES),
    "target": tuple(TIER_CODES),
}


def read_edit(
    typed: Mapping[str, Any],
    regions: Sequence[str],
    *,
    also: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """What is typed over a row, by field.

    Args:
        typed: field → text, `services` a list of words; fields left out stay as they were read.
        regions: the full names of the reporting units.
        also: field → further words that may be chosen beside those of the notice.

    Raises Refused with all problems: an unknown word, a text too long or with invisible characters, a phone
    that is none.
    """
    read: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in FIELDS:
        if field not in typed:
            continue
        try:
            read[field] = _read(field, typed[field], _listed(field, regions, also or {}))
        except Refused as refusal:
            problems.append(Problem(refusal.message, field=field))
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    return read


def _listed(field: str, regions: Sequence[str], also: Mapping[str, Sequence[str]]) -> Sequence[str]:
    words = regions if field == "county" else LISTS.get(field, ())
    return (*words, *also.get(field, ()))


def _read(field: str, typed: Any, listed: Sequence[str]) -> Any:
    if field == "services":
        if unknown := [word for word in typed if word not in listed]:
            raise Refused(f"“{unknown[0]}”不是规定的服务类型，请从列出的类型中选择。")
        return [word for word in listed if word in typed]
    text = clean(str(typed))
    if field in LISTS or field == "county":
        if text and text not in listed:
            raise Refused(f"“{text}”不是规定的写法，请从列表中选择。")
        return text
    if len(text) > LONGEST[field]:
        raise Refused(f"有 {len(text)} 个字，最多 {LONGEST[field]} 个字，请缩短。")
    if field == "company" and not text:
        raise Refused("请填写企业名称。")
    return normalise_phone(text) if field == "phone" and text else text
