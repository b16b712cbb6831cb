"""Which names may be the same firm written in two ways. A hint for people, never a decision. Pure."""

import difflib
import re

from pilot_portal.common.text import name_key

# What many names share and what therefore tells nothing: where a firm is, its form.
_PLACES = re.compile(
    r"^(?:中国|湖南省?|株洲市?|(?:荷塘|芦淞|石峰|天元|渌口|云龙)区?|(?:攸县|茶陵县?|炎陵县?)|醴陵市?|\([^)]*\))+"
)
_FORMS = re.compile(r"(?:\(集团\)|集团|股份|有限|责任|总|分|\([^)]*\))*公司$|(?:集团|总厂|厂|合作社|中心)$")
_SHORTEST = 2


def core_of(name: str) -> str:
    """What is a firm's own in its name: without place and form; the whole key where nothing is left."""
    key = name_key(name)
    core = _FORMS.sub("", _PLACES.sub("", key))
    return core if len(core) >= _SHORTEST else key


def alike(one: str, other: str) -> bool:
    """Whether two names may be one firm: the same core, one within the other, or a typing error apart."""
    a, b = core_of(one), core_of(other)
    if a == b or (min(len(a), len(b)) > _SHORTEST and (a in b or b in a)):
        return True
    return min(len(a), len(b)) > _SHORTEST and _one_slip(a, b)


def _one_slip(a: str, b: str) -> bool:
    """Whether one character was mistyped, left out or added; a figure tells firms apart (三号厂, 2号厂)."""
    ends = difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    slips = [(a[i:j], b[k:m]) for tag, i, j, k, m in ends if tag != "equal"]
    if len(slips) != 1 or any(len(part) > 1 for part in slips[0]):
        return False
    return not any(part.isnumeric() for part in slips[0])
