"""What must never stand on a public page: phones, contact names, the name of a firm that did not agree.

domain.md §5: the firm's name is public only if it ticked so, else region and chain speak for it; a phone in
free text is caught before publication.
"""

import re

from pilot_portal.common.text import name_key, phones_in, to_halfwidth

_CHINESE_DIGITS = str.maketrans("〇零○一壹幺二贰两三叁四肆五伍六陆七柒八捌九玖", "00011122233445566778899")
_SEPARATORS = re.compile(r"(?<=\d)[\s\-–—.·,，、_/()（）]{1,3}(?=\d)")
_MOBILE = re.compile(r"(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)")
_AREA_NUMBER = re.compile(r"(?<!\d)0[1-9]\d{8,10}(?!\d)")
_LOCAL_NUMBER = re.compile(r"(?:电话|手机|座机|热线|号码|联系)\D{0,6}\d{7,8}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CHAT = re.compile(
    r"(?:微信号?|wechat|vx|v信|qq)\s*(?:号|[:：是为])?\s*[:：]?\s*[a-z0-9][\w-]{4,19}", re.IGNORECASE
)
_TOWN = re.compile(r"^(?:湖南省?|株洲市?|醴陵市?|攸县|茶陵县?|炎陵县?|[^市县区]{2,3}[市县区])+")
_FORM = re.compile(r"(?:股份|有限|责任|集团|公司|总公司|厂|\(.*?\))+$")
MIN_NAME = 2


def masked_name(region: str, chain: str) -> str:
    """How a firm that did not agree to be named is called: 芦淞区某先进轨道交通装备企业."""
    return f"{region}某{chain}企业"


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


def core_name(company: str) -> str:
    """The part of a firm's name that tells it apart: without place in front and legal form at the end."""
    key = name_key(company)
    core = _FORM.sub("", _TOWN.sub("", key))
    return core if len(core) > MIN_NAME else key


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
    if len(phone) > MIN_NAME and phone in text and not problems:
        problems.append("文字中有企业的联系电话，请删去。")
    if len(contact) >= MIN_NAME and contact in text:
        problems.append(f"文字中有联系人姓名“{contact}”，请删去。")
    if not name_public and core_name(company) in name_key(text):
        problems.append("企业未同意公开名称，文字中不能出现企业名称。")
    return problems
