"""Text as people type it: normalised, never silently changed in meaning."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from pilot_portal.common.errors import Refused

_FORBIDDEN = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_BRACKETS = str.maketrans(
    {"（": "(", "）": ")", "【": "(", "】": ")", "[": "(", "]": ")", "〔": "(", "〕": ")"}
)
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[-\s]?)?(1[3-9]\d{9})(?!\d)")
_SPACED_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[\s\-–.]?(\d{4})[\s\-–.]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[\s\-–)]*(\d{7,8})(?:[\s\-–转]+(\d{1,5}))?(?!\d)")
_SERVICE = re.compile(r"(?<!\d)([48]00)[\s\-–]?(\d{3})[\s\-–]?(\d{4})(?!\d)")
_LOCAL = re.compile(r"^(\d{8})(?:[\s\-–转]+(\d{1,5}))?$")
CITY_REGION = "4302"


def to_halfwidth(text: str) -> str:
    """Full-width digits, letters, signs and spaces as their ASCII forms; Chinese punctuation stays."""
    keep = "，。；：！？、“”‘’《》（）【】—…·～"
    return "".join(
        c
        if c in keep
        else unicodedata.normalize("NFKC", c)
        if "\uff01" <= c <= "\uff5e" or c == "\u3000"
        else c
        for c in text
    )


def clean(text: str) -> str:
    """Outer spaces off, inner runs of spaces one; refuses control, bidi and zero-width characters."""
    found = _FORBIDDEN.search(text)
    if found:
        raise Refused(f"文字中含有不可见字符（U+{ord(found.group()):04X}），请删除后再提交。")
    return re.sub(r"[ \t\u00a0\u3000]+", " ", text).strip()


def name_key(name: str) -> str:
    """The second key that finds doubles of a name: NFKC, lower case, no spaces, one kind of bracket."""
    key = unicodedata.normalize("NFKC", name).translate(_BRACKETS).casefold()
    return re.sub(r"[\s·•.,，。“”\"']+", "", key)


def normalise_phone(typed: str) -> str:
    """One phone number in its plain form; the area code 0731 is added to a local number of eight digits.

    Mobile: eleven digits; landline: 0731-28680000 and -extension; 400-000-0000. Raises Refused else.
    """
    text = re.sub(r"[—–－]", "-", to_halfwidth(typed)).strip().strip("'").strip()
    for pattern in (_SPACED_MOBILE, _MOBILE):
        if found := pattern.search(text):
            return "".join(found.groups())
    for pattern in (_SERVICE, _LANDLINE):
        if found := pattern.search(text):
            return "-".join(part for part in found.groups() if part)
    if found := _LOCAL.match(text):
        return "-".join(["0731", *(part for part in found.groups() if part)])
    raise Refused("电话号码不完整：手机 11 位，座机请带区号（如 0731-28680000）。")


def phones_in(text: str) -> list[str]:
    """Every phone number that stands anywhere in a text, in its plain form and in order."""
    plain = re.sub(r"[—–－]", "-", to_halfwidth(text))
    found: dict[int, str] = {}
    for pattern, joint in ((_SPACED_MOBILE, ""), (_MOBILE, ""), (_SERVICE, "-"), (_LANDLINE, "-")):
        for match in pattern.finditer(plain):
            inside = any(start <= match.start() < start + len(number) for start, number in found.items())
            if not inside:
                found[match.start()] = joint.join(part for part in match.groups() if part)
    return [found[start] for start in sorted(found)]


def mask_phone(phone: str) -> str:
    """The number with its middle hidden, for places where the whole is not needed."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > len("0000000") else "****"


def check_credit_code(typed: str) -> str:
    """The unified social credit code (GB 32100-2015) in capitals; raises Refused with a suggestion if near."""
    code = re.sub(r"[\s\-']+", "", to_halfwidth(typed)).upper()
    try:
        return str(uscc.validate(code))
    except ValidationError:
        likely = code.replace("O", "0").replace("I", "1").replace("Z", "2").replace("S", "5")
        for guess in (code.replace("O", "0").replace("I", "1"), likely):
            if guess != code and uscc.is_valid(guess):
                raise Refused(
                    f"统一社会信用代码有误，是否应为 {guess}？（代码中没有字母 I、O、S、V、Z）"
                ) from None
        if len(code) != len("91000000MA0000T44T"):
            raise Refused(f"统一社会信用代码应为 18 位，现为 {len(code)} 位。") from None
        raise Refused("统一社会信用代码校验不通过，请对照营业执照核对。") from None


def credit_code_hint(code: str) -> str:
    """Where the code was issued, as a hint only: positions 3–8 do not prove where a firm is registered."""
    return "代码区划为本市，仅供参考" if code[2:6] == CITY_REGION else "代码区划不是本市，仅供参考"


def parse_amount(typed: str) -> Decimal:
    """A number as people type it (1,402.75, full width, spaces, a leading quote). Raises Refused else."""
    text = re.sub(r"[\s,，']", "", to_halfwidth(typed)).removesuffix("万元").removesuffix("元")
    text = text.replace("−", "-")
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise Refused("请填写数字，例如 1,402.75。")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Refused("请填写数字，例如 1,402.75。") from error
