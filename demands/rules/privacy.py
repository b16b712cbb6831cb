"""What must never stand on a public page: phones, contact names, the name of a firm that did not agree.

domain.md §5: the firm's name is public only if it ticked so, else region and chain speak for it; a phone in
free text is caught before publication.
"""

import re

from pilot_portal.common.contacts import contacts_in
from pilot_portal.common.text import name_key, to_halfwidth

_TOWN = re.compile(r"^(?:湖南省?|株洲市?|醴陵市?|攸县|茶陵县?|炎陵县?|[^市县区]{2,3}[市县区])+")
_FORM = re.compile(r"(?:股份|有限|责任|集团|公司|总公司|厂|\(.*?\))+$")
_BETWEEN = re.compile(r"[、,，;；/\s]+")
_NAMES = re.compile(r"[、,，;；/]+")
_BRACKETS = re.compile(r"[(（][^)）]*[)）]?")
MIN_NAME = 2
SHORTEST_NUMBER = 7


def masked_name(region: str, chain: str) -> str:
    """How a firm that did not agree to be named is called: 芦淞区某先进轨道交通装备企业."""
    return f"{region}某{chain}企业"


def core_name(company: str) -> str:
    """The part of a firm's name that tells it apart: without place in front and legal form at the end."""
    key = name_key(company)
    core = _FORM.sub("", _TOWN.sub("", key))
    return core if len(core) > MIN_NAME else key


def _numbers(phone: str) -> list[str]:
    """Each number of a firm's phone cell, and its part without area code and extension."""
    told = _BETWEEN.split(to_halfwidth(phone))
    return [part for number in told for part in (number, *number.split("-")) if len(part) >= SHORTEST_NUMBER]


def _people(contact: str) -> list[str]:
    """Each name of a contact cell; an office in brackets is nobody's name."""
    names = _NAMES.split(_BRACKETS.sub("、", to_halfwidth(contact)))
    return [name for name in map(str.strip, names) if len(name) >= MIN_NAME]


def leaks(text: str, *, contact: str, phone: str, company: str, name_public: bool) -> list[str]:
    """What a text for the public gives away, each as a sentence that says what to change.

    Args:
        text: title and text as they would be published.
        contact: the firm's contact person.
        phone: the firm's phone as kept.
        company: the firm's name.
        name_public: whether the firm agreed to be named.
    """
    problems = [
        f"文字中有联系方式“{found}”，请删去；揭榜后双方可在平台内看到。" for found in contacts_in(text)
    ]
    plain = to_halfwidth(text)
    if not problems and any(number in plain for number in _numbers(phone)):
        problems.append("文字中有企业的联系电话，请删去。")
    problems += [f"文字中有联系人姓名“{name}”，请删去。" for name in _people(contact) if name in plain]
    if not name_public and core_name(company) in name_key(text):
        problems.append("企业未同意公开名称，文字中不能出现企业名称。")
    return problems
