"""Ways to reach somebody that stand in free texts: found, and left out of public words (domain.md §5).

People who want to be reached past the portal write numbers in words, names of programs with letters that look
alike, addresses with spaces. What makes steel (Q235), voltage (10kV) and machines (VX200) is left alone: a
short label of letters tells nothing without a colon, a model's number is no name.
"""

import re
import unicodedata

from pilot_portal.common.text import phones_in

_WORDS = "〇零○洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾"
_CHINESE_DIGITS = str.maketrans(_WORDS, "00001112223344556677788999")
_SEPARATORS = re.compile(r"(?<=\d)[\s\-–—.·•,，、_/()|~…]{1,3}(?=\d)")
_MOBILE = re.compile(r"(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)")
# Letters that look like digits, where most are digits.
_DISGUISED = re.compile(r"(?<![a-z\d])(?=(?:[oli]{0,4}\d){7})[1li][3-9][\doli]{9}(?![a-z\d])")
_AREA_NUMBER = re.compile(r"(?<!\d)0[1-9]\d{8,10}(?!\d)")
_LOCAL_NUMBER = re.compile(r"(?:电话|手机|座机|热线|号码|联系)\D{0,6}\d{7,8}(?!\d)")

# Mail: as it is written, with spaces or words for its signs, or with whatever sign before a known host.
_LOCAL_PART = r"(?<![\w.+-])[\w+-][\w.+-]{0,63}"
_DOT = r"\s?(?:[.。·]|点|[(\[]?dot[)\]]?)\s?"
_AT = r"\s?(?:@|[(\[{<【「]\s?(?:at|@|a)\s?[)\]}>】」]|艾特|爱特|圈a)\s?|\sat\s"
_TOP = r"(?:com|cn|net|org|edu|gov|cc|vip|top|info|test)"
_HOST = r"(?:qq|foxmail|163|126|139|189|yeah|sina|sohu|aliyun|gmail|hotmail|outlook|icloud)"
_MAIL = re.compile(rf"{_LOCAL_PART}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}})+", re.ASCII)
_SPACED_MAIL = re.compile(
    rf"{_LOCAL_PART}(?:{_AT})[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,3}}{_DOT}{_TOP}(?![\w-])", re.ASCII
)
_DISGUISED_MAIL = re.compile(
    rf"{_LOCAL_PART}\s?[^\w\s,，.。;；:：/、]{{1,3}}\s?{_HOST}{_DOT}(?:com|cn|net)(?!\w)", re.ASCII
)

# Names of programs. Behind a colon stands a name; without one it must look like one: letters and figures.
_HEART = "[心❤♥♡❥💗💕💓💖💘]"
_WECHAT = rf"(?:[微薇威维徽v]\s?(?:信|{_HEART})|wei\s?xin|we\s?chat)"
_LETTERS = r"(?<![a-z\d])(?:vx|wx|wxid)"
_COLON = r"\s?(?:同?号码?|id|账号|帐号)?\s?(?:[:=→]|号)\s?[\"'“「(]?"
_GAP = r"[\s\"'“「(,，是为-]{0,3}"
_SOME_GAP = r"[\s\"'“「(,，是为-]{1,3}"
_NAME = r"[a-z\d][a-z\d_-]{4,19}"
# Letters and figures, or figures that are no day.
_FIGURES = r"(?!20[0-3]\d[01]\d[0-3]\d(?!\d))\d{6,11}(?![a-z\d_-])"
_LIKE_A_NAME = rf"(?:{_FIGURES}|(?=[a-z_-]{{0,19}}[\d_])(?=[\d_-]{{0,19}}[a-z])[a-z\d][a-z\d_-]{{5,19}})"
_NO_MODEL = r"(?![a-z\d_-]|\s?(?:型|系列|款|机|设备|系统|软件|平台|版|材料|钢|规格|台|套|件))"
_ADD = r"[加+➕]\s?(?:我\s?)?(?:的\s?)?"
_QQ = r"(?:(?<![a-z\d])q\s?q|[扣抠叩蔻寇]\s?[扣抠叩蔻寇]|企鹅)"
_CHATS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_WECHAT}|{_LETTERS}|钉钉){_COLON}{_NAME}",
        rf"{_WECHAT}{_GAP}{_LIKE_A_NAME}",
        rf"{_LETTERS}{_GAP}[a-z]{{3}}(?=[a-z_-]{{0,16}}[\d_])[a-z\d_-]{{3,17}}{_NO_MODEL}",
        rf"{_ADD}{_WECHAT}{_GAP}{_NAME}",
        rf"{_ADD}(?:[微薇]|{_LETTERS})(?:{_COLON}|{_GAP}){_LIKE_A_NAME}{_NO_MODEL}",
        rf"{_ADD}v(?:{_COLON}|{_SOME_GAP}){_NAME}{_NO_MODEL}",
        rf"(?<![a-z\d])v\s?:\s?(?=[a-z_-]{{1,19}}[\d_])[a-z][a-z\d_-]{{5,19}}{_NO_MODEL}",
        rf"{_QQ}(?:\s?[群号]|\s?号码)?\s?[:=是为]?\s?[1-9]\d{{4,11}}(?!\d)",
        r"(?<![a-z\d])q\s?:\s?[1-9]\d{5,10}(?![\d.]|\s?[a-z%元吨件米台套个])",
    )
)
_SENTENCES = re.compile(r"[^。；;！!？?\n]*[。；;！!？?\n]*")


def _looked_at(text: str) -> str:
    """A text as it is looked through: one form of each letter, every digit a digit, nothing invisible."""
    signs = []
    for sign in unicodedata.normalize("NFKC", text):
        digit = unicodedata.digit(sign, -1)
        if digit >= 0:
            signs.append(str(digit))
        elif unicodedata.category(sign) not in {"Mn", "Me", "Cf"}:
            signs.append(sign)
    return re.sub(r"[ \t\u3000]+", " ", "".join(signs)).casefold()


def contacts_in(text: str) -> list[str]:
    """Ways to reach somebody that stand in a free text: phones however they are written, mail, chat names."""
    plain = _looked_at(text)
    found = list(phones_in(text))
    spelled = _SEPARATORS.sub("", plain.translate(_CHINESE_DIGITS))
    joined = _SEPARATORS.sub("", plain)
    numbers = (
        (_MOBILE, spelled),
        (_DISGUISED, spelled),
        (_AREA_NUMBER, spelled),
        (_LOCAL_NUMBER, joined),
        (_MAIL, plain),
        (_SPACED_MAIL, plain),
        (_DISGUISED_MAIL, plain),
    )
    chats = ((pattern, where) for pattern in _CHATS for where in (plain, joined, spelled))
    for pattern, where in (*numbers, *chats):
        found += [match.group() for match in pattern.finditer(where)]
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
