"""What an officer types over a row of the library: read as strictly as the record's own page. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from demands.rules.firms import EDITED
from demands.rules.library import LONGEST, SIZES
from demands.rules.terms import TIER_SYNONYMS, Terms
from demands.rules.titles import expiry_of, read_day, read_line
from demands.rules.words import TIER_CODES
from pilot_portal.common.errors import Problem, Refused
from pilot_portal.common.text import check_credit_code, clean, normalise_phone

FLAGS = ("manufacturing", "above_scale", "consent")


def read_titles(typed: str) -> list[dict[str, str]]:
    """Titles, one in a line: 「省级专精特新中小企业 2022-08-05」. Raises Refused for a line that is none."""
    tiers = Terms(tuple(TIER_CODES), TIER_SYNONYMS)
    titles = []
    for line in filter(str.strip, typed.splitlines()):
        title, wrong = read_line(line, tiers)
        if title is None:
            raise Refused(f"{wrong}。每行写一个，例如：省级专精特新中小企业 2022-08-05")
        told = title.to_json()
        if title.granted and not title.expires:
            told["expires"] = expiry_of(title.granted).isoformat()
        if told not in titles:
            titles.append(told)
    return titles


def read_library_edit(
    typed: Mapping[str, Any], regions: Sequence[str], chains: Sequence[str]
) -> dict[str, Any]:
    """What is typed over a row of the library, by field; fields left out stay as they were read.

    Raises Refused with all problems: an unknown word, a wrong code, day or phone, a text too long.
    """
    listed = {"county": regions, "chain": chains, "size": SIZES} | dict.fromkeys(FLAGS, ("是", "否"))
    read: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in EDITED:
        if field not in typed:
            continue
        try:
            read[field] = _read(field, str(typed[field]), listed.get(field))
        except Refused as refusal:
            problems.append(Problem(refusal.message, field=field))
    if problems:
        raise Refused(f"有 {len(problems)} 处需要修改。", problems)
    return read


def _read(field: str, typed: str, listed: Sequence[str] | None) -> Any:
    if field == "titles":
        return read_titles(typed)
    text = clean(typed)
    if field == "company" and not text:
        raise Refused("请填写企业名称。")
    if not text:
        return ""
    if listed is not None:
        if text not in listed:
            raise Refused(f"“{text}”不是规定的写法，请从列表中选择。")
        return text
    if field == "code":
        return check_credit_code(text)
    if field == "above_since":
        day, doubt = read_day(text)
        if day is None or doubt:
            raise Refused(f"{doubt}。")
        return day.isoformat()
    if len(text) > LONGEST.get(field, len(text)):
        raise Refused(f"有 {len(text)} 个字，最多 {LONGEST[field]} 个字，请缩短。")
    return normalise_phone(text) if field == "phone" else text
