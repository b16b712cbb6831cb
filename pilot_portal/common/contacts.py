"""Ways to reach somebody that stand in free texts: found, and left out of public words (domain.md §5)."""

import re

from pilot_portal.common.text import phones_in, to_halfwidth

_CHINESE_DIGITS = str.maketrans("〇零○一壹幺二贰两三叁四肆五伍六陆七柒八捌九玖", "00011122233445566778899")
_SEPARATORS = re.compile(r"(?<=\d)[\s\-–—.·,，、_/()（）]{1,3}(?=\d)")
_MOBILE = re.compile(r"(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)")
_AREA_NUMBER = re.compile(r"(?<!\d)0[1-9]\d{8,10}(?!\d)")
_LOCAL_NUMBER = re.compile(r"(?:电话|手机|座机|热线|号码|联系)\D{0,6}\d{7,8}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CHAT = re.compile(
    r"(?:微信号?|wechat|vx|v信|qq)\s*(?:号|[:：是为])?\s*[:：]?\s*[a-z0-9][\w-]{4,19}", re.IGNORECASE
)
_SENTENCES = re.compile(r"[^。；;！!？?\n]*[。；;！!？?\n]*")


def contacts_in(text: str) -> list[str]:
    """Ways to reach somebody that stand in a free text: phones however they are written, mail, chat names."""
    plain = to_halfwidth(text)
    found = list(phones_in(text))
    spelled = _SEPARATORS.sub("", plain.translate(_CHINESE_DIGITS))
    joined = _SEPARATORS.sub("", plain)
    for pattern, where in ((_MOBILE, spelled), (_AREA_NUMBER, joined), (_LOCAL_NUMBER, joined)):
        found += [match.group() for match in pattern.finditer(where)]
    for pattern in (_MAIL, _CHAT):
        found += [match.group() for match in pattern.finditer(plain)]
    return list(dict.fromkeys(found))


def without_contacts(text: str, *, names: tuple[str, ...] = ()) -> str:
    """The text without every sentence that tells how to reach somebody, or names one of the people given."""
    hidden = tuple(name for name in names if name)
    kept = [
        sentence
        for sentence in _SENTENCES.findall(text)
        if not contacts_in(sentence) and not any(name in sentence for name in hidden)
    ]
    told = "".join(kept).strip()
    # A number may be spread over two sentences: then nothing is better than half of it.
    return "" if contacts_in(told) else told
