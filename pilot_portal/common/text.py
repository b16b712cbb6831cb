"""Text as people type it: normalised, never silently changed in meaning. Pure functions."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from pilot_portal.common.errors import Refused

# Control, format (zero width, bidi, soft hyphen, tags) and noncharacters; line breaks and tabs are text.
# Private use stays: old systems keep rare names there.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_CHINESE_SIGNS = frozenset("，。；：！？、“”‘’《》（）【】—…·～")
_BRACKETS = str.maketrans("[]【】〔〕{}〈〉《》<>", "()()()()()()()")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_DASHES = re.compile("[—–－‐‑‒―−]")

# A number is found between anything but digits: never inside of a longer one.
_COUNTRY = r"(?:\+|00)?86[\s\-]*"
_MOBILE = (
    rf"(?:{_COUNTRY}|0)?"
    r"(?P<mobile>1[3-9]\d[\s\-.]?\d{4}[\s\-.]?\d{4}|1[3-9]\d[\s\-.]\d{3}[\s\-.]\d{5})"
)
_EXTENSION = r"(?:[\s(]*(?:-|转|分机|[Ee]xt\.?|#)[\s\-:：]*(?P<{0}>\d{{1,6}})(?!\d)\)?)?"
_LANDLINE = (
    r"\(?(?:(?:\+|00)86[\s\-]*\(?0?|0)(?P<area>10|2\d|[3-9]\d\d)\)?[\s\-]*"
    r"(?P<local>[2-8]\d{2,3}[\s\-]?\d{4})" + _EXTENSION.format("extension")
)
_SERVICE = r"(?P<service>[48]00(?:[\s\-]?\d){7})"
_PHONE = re.compile(rf"(?<!\d)(?:{_MOBILE}|{_LANDLINE}|{_SERVICE})(?!\d)", re.ASCII)
_LOCAL = re.compile(r"(?P<local>[2-8]\d{3}[\s\-]?\d{4})" + _EXTENSION.format("extension"), re.ASCII)
_LABEL = re.compile(r"^(?:(?:联系)?(?:电话|手机|方式)(?:号码?)?|手机号码?|座机|[Tt]el)\s*[.:：]?\s*")
_GROUPED = re.compile(r"[+-]?(?:\d{1,3}(?:[,，\s]\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
CITY_REGION = "4302"
CITY_AREA_CODE = "0731"
CODE_LENGTH = 18
VISIBLE_HEAD, VISIBLE_TAIL = 3, 4


def to_halfwidth(text: str) -> str:
    """Full-width digits, letters, signs and spaces as their ASCII forms; Chinese punctuation stays."""
    return "".join(
        unicodedata.normalize("NFKC", c)
        if c not in _CHINESE_SIGNS and ("\uff01" <= c <= "\uff5e" or c == "\u3000")
        else c
        for c in text
    )


def invisible_in(text: str) -> list[str]:
    """The control, bidi and zero-width characters of a text as U+200B, each once, in order."""
    return list(dict.fromkeys(f"U+{ord(c):04X}" for c in _FORBIDDEN.findall(text)))


def without_invisible(text: str) -> str:
    """The text without control, bidi and zero-width characters: for looking into it, not for keeping it."""
    return _FORBIDDEN.sub("", text)


def clean(text: str) -> str:
    """Outer spaces off, inner runs of spaces one; line breaks stay.

    Raises Refused on control, bidi and zero-width characters: two names that look alike must be equal.
    """
    found = _FORBIDDEN.search(text)
    if found:
        raise Refused(f"文字中含有不可见字符（U+{ord(found.group()):04X}），请删除后再提交。")
    return _SPACES.sub(" ", text).strip()


def whole(typed: str | None) -> int | None:
    """The whole number that an address or a form gives as a key, None where it is none; never raises."""
    return int(typed) if typed and re.fullmatch(r"[0-9]{1,18}", typed) else None


def wholes(typed: Iterable[str]) -> list[int]:
    """The whole numbers among what an address or a form gives; the others are left out."""
    return [key for key in map(whole, typed) if key is not None]


def name_key(name: str) -> str:
    """The second key that finds doubles of a name: NFKC, lower case, no spaces, one kind of bracket."""
    key = unicodedata.normalize("NFKC", name).translate(_BRACKETS).casefold()
    return re.sub(r"[\s·•.,，。“”\"']+", "", key)


def _plain(text: str) -> str:
    """A text in which phone numbers can be looked for: half width, one kind of dash and bracket."""
    plain = _SPACES.sub(" ", _DASHES.sub("-", to_halfwidth(without_invisible(text))))
    return plain.replace("（", "(").replace("）", ")")


def _spelled(match: re.Match[str]) -> str:
    """The plain form of what a pattern found."""
    groups = {name: re.sub(r"\D", "", part) for name, part in match.groupdict().items() if part}
    if "mobile" in groups:
        return groups["mobile"]
    if "service" in groups:
        number = groups["service"]
        return f"{number[:3]}-{number[3:6]}-{number[6:]}"
    area = f"0{groups['area']}" if "area" in groups else CITY_AREA_CODE
    return "-".join(part for part in (area, groups["local"], groups.get("extension", "")) if part)


def split_phones(text: str) -> tuple[list[str], str]:
    """Every phone number of a text in its plain form and in order, and the text without them.

    Where a number stood a space is left. A local number without area code is not looked for here: any
    eight digits (a date) would be one.
    """
    plain = _plain(text)
    return [_spelled(match) for match in _PHONE.finditer(plain)], _PHONE.sub(" ", plain)


def phones_in(text: str) -> list[str]:
    """Every phone number that stands anywhere in a text, in its plain form and in order."""
    return split_phones(text)[0]


def normalise_phone(typed: str) -> str:
    """One phone number in its plain form.

    Gives eleven digits of a mobile; 0731-28680000 or 0731-28680000-801 of a landline, where a local number of
    eight digits gets the city's 0731; 400-000-0000. Raises Refused for anything else, and for two numbers.
    """
    text = _LABEL.sub("", _plain(typed).strip().strip("'’‘").strip())
    if found := _PHONE.fullmatch(text) or _LOCAL.fullmatch(text):
        return _spelled(found)
    if len(phones_in(text)) > 1:
        raise Refused("这里只填一个电话号码。")
    raise Refused("电话号码不完整：手机 11 位，座机请带区号（如 0731-28680000）。")


def normalise_mobile(typed: str) -> str:
    """The eleven digits of a mobile number, with which a person signs in. Raises Refused otherwise."""
    number = normalise_phone(typed)
    if not re.fullmatch(r"1[3-9]\d{9}", number, re.ASCII):
        raise Refused("请填写 11 位手机号码，座机不能用来登录。")
    return number


def mask_phone(phone: str) -> str:
    """The number with its middle hidden, for places where the whole is not needed: 138****0001."""
    digits = [place for place, sign in enumerate(phone) if sign.isdigit()]
    if len(digits) <= VISIBLE_HEAD + VISIBLE_TAIL:
        return "****"
    hidden = set(digits[VISIBLE_HEAD:-VISIBLE_TAIL])
    return "".join("*" if place in hidden else sign for place, sign in enumerate(phone))


def check_credit_code(typed: str) -> str:
    """The unified social credit code (GB 32100-2015) in capitals, without the spaces it was typed with.

    Raises Refused; where O, I, Z or S stand for digits that look alike, with the code it may be.
    """
    code = re.sub(r"[\s\-'’]+", "", to_halfwidth(typed)).upper()
    try:
        return str(uscc.validate(code))
    except ValidationError:
        near = code.replace("O", "0").replace("I", "1")
        for guess in (near, near.replace("Z", "2").replace("S", "5")):
            if guess != code and uscc.is_valid(guess):
                raise Refused(
                    f"统一社会信用代码有误，是否应为 {guess}？（代码中没有字母 I、O、S、V、Z）"
                ) from None
        if len(code) != CODE_LENGTH:
            raise Refused(f"统一社会信用代码应为 18 位，现为 {len(code)} 位。") from None
        raise Refused("统一社会信用代码校验不通过，请对照营业执照核对。") from None


def credit_code_hint(code: str) -> str:
    """Where the code was issued, as a hint only: positions 3–8 do not prove where a firm is registered."""
    return "代码区划为本市，仅供参考" if code[2:6] == CITY_REGION else "代码区划不是本市，仅供参考"


def parse_amount(typed: str, *, unit: str = "万元") -> Decimal:
    """A number as people type it: 1,402.75, full width, spaces, a leading quote, the field's own unit behind.

    Args:
        typed: what was typed.
        unit: the unit of the field. Another unit behind the number is refused, never dropped: 5万元 in a
            field of 元 is not 5.
    """
    text = _SPACES.sub(" ", to_halfwidth(typed)).strip().strip("'’‘").replace("−", "-")
    text = text.strip().removesuffix(unit).strip()
    if re.search("[元万亿%]$", text):
        raise Refused(f"请按{unit}填写，只填数字。")
    if not re.fullmatch(_GROUPED, text):
        raise Refused("请填写数字，例如 1,402.75。")
    return Decimal(re.sub(r"[,，\s]", "", text))
