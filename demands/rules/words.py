"""The words of Attachment 4 and the codes they stand for; short forms for cards; suggested public text.

The words are the notice's own (附件4 注): a workbook is read by them whatever label a code gets later.
"""

from collections.abc import Sequence

KIND_CODES: dict[str, str] = {
    "咨询管理": "consulting",
    "检验检测": "testing",
    "共享制造": "shared-manufacturing",
    "产权交易": "property-exchange",
    "人才招引": "talent",
    "升规入统": "above-scale",
    "争资引项": "funding",
    "数智转型": "digital",
    "技术创新": "innovation",
    "上市辅导": "listing",
}
TIER_CODES: dict[str, str] = {
    "创新型中小企业": "innovative",
    "省级专精特新中小企业": "provincial",
    "国家级专精特新“小巨人”": "giant",
    "国家重点专精特新“小巨人”": "key-giant",
    "升规入统": "above-scale",
    "国省单项冠军": "champion",
}
SHORT_TIERS: dict[str, str] = {
    "provincial": "省级专精特新",
    "giant": "国家级“小巨人”",
    "key-giant": "国家重点“小巨人”",
    "champion": "国省单项冠军",
    "national-champion": "制造业单项冠军",
    "provincial-champion": "省级单项冠军",
}
# 企业应选择纳入梯度培育库（涵盖升规入统）: a firm that holds one of these stands in the library.
LIBRARY_TIERS = frozenset(TIER_CODES.values()) | {"national-champion", "provincial-champion"}


_ONES = "零一二三四五六七八九"
_TEN = 10


def ordinal_words(number: int) -> str:
    """第一批, 第十二批: a small number as lists are counted in Chinese; large ones in digits."""
    tens, ones = divmod(number, _TEN)
    if not 0 < number < _TEN * _TEN:
        return f"第{number}批"
    head = "" if not tens else "十" if tens == 1 else f"{_ONES[tens]}十"
    return f"第{head}{_ONES[ones] if ones else ''}批"


def short_tier(code: str, label: str) -> str:
    """A tier as it fits on a phone's card."""
    return SHORT_TIERS.get(code, label)


def suggested_title(title: str, kinds: Sequence[str]) -> str:
    """The title a demand is published under until the city writes a better one."""
    return title or f"{'、'.join(kinds)}服务需求"


def suggested_text(*, situation: str, wish: str, kinds: Sequence[str], present: str, target: str) -> str:
    """The text a demand is published with until the city writes a better one: the firm's words or the row's.

    Remarks of a workbook are left out: they are written for the bureau.
    """
    own = "\n".join(part for part in (situation, wish) if part)
    if own:
        return own
    lines = [f"所需服务：{'、'.join(kinds)}。"]
    if present:
        lines.append(f"企业现状：{present}。")
    if target:
        lines.append(f"发展目标：{target}。")
    return "\n".join(lines)


def limit_words(limit: int | None) -> str:
    """How many may claim a demand of a list; nothing where the list says nothing or sets no limit."""
    return f"每项需求最多 {limit} 家揭榜。" if limit else ""
