"""Words as counties write them, and the official words for them. What may mean two things is left open."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pilot_portal.common.text import to_halfwidth

DITTO = frozenset({"同上", "同上行", "同前", "〃", "″", '"', "”", "''"})
NOTHING = frozenset({"", "无", "/", "\\", "-", "—", "——", "－", "--", "暂无", "没有", "None", "N/A", "n/a"})

# Only what can mean nothing else; the rest is a question to the county, with a suggestion.
KIND_SYNONYMS: dict[str, str] = {
    "咨询规划": "咨询管理",
    "管理咨询": "咨询管理",
    "检测检验": "检验检测",
    "人才引进": "人才招引",
    "人才招聘": "人才招引",
    "招才引智": "人才招引",
    "升规": "升规入统",
    "入规": "升规入统",
    "上规入统": "升规入统",
    "入规入统": "升规入统",
    "入规升统": "升规入统",
    "数字化转型": "数智转型",
    "数智化转型": "数智转型",
    "数字转型": "数智转型",
    "智能化转型": "数智转型",
    "智能化数字化转型": "数智转型",
    "智改数转": "数智转型",
    "上市培育": "上市辅导",
    "上市指导": "上市辅导",
}
TIER_SYNONYMS: dict[str, str] = {
    "创新型": "创新型中小企业",
    "创新型企业": "创新型中小企业",
    "省级创新型中小企业": "创新型中小企业",
    "省级专精特新": "省级专精特新中小企业",
    "省级专精特新企业": "省级专精特新中小企业",
    "省专": "省级专精特新中小企业",
    "省专精特新": "省级专精特新中小企业",
    "省专精特新中小企业": "省级专精特新中小企业",
    "湖南省专精特新中小企业": "省级专精特新中小企业",
    # Hunan's own name until 2022 for what is now the provincial rung.
    "省级专精特新小巨人": "省级专精特新中小企业",
    "省级小巨人": "省级专精特新中小企业",
    "省小巨人": "省级专精特新中小企业",
    "国家级专精特新小巨人": "国家级专精特新“小巨人”",
    "国家专精特新小巨人": "国家级专精特新“小巨人”",
    "国家级小巨人": "国家级专精特新“小巨人”",
    "国家小巨人": "国家级专精特新“小巨人”",
    "国家重点专精特新小巨人": "国家重点专精特新“小巨人”",
    "国家级重点专精特新小巨人": "国家重点专精特新“小巨人”",
    "国家级专精特新重点小巨人": "国家重点专精特新“小巨人”",
    "国家级重点小巨人": "国家重点专精特新“小巨人”",
    "国家重点小巨人": "国家重点专精特新“小巨人”",
    "重点小巨人": "国家重点专精特新“小巨人”",
    "升规": "升规入统",
    "入规": "升规入统",
    "上规入统": "升规入统",
    "入规入统": "升规入统",
    "入规升统": "升规入统",
    "单项冠军": "国省单项冠军",
    "国家单项冠军": "国省单项冠军",
    "国家级单项冠军": "国省单项冠军",
    "省级单项冠军": "国省单项冠军",
    "制造业单项冠军": "国省单项冠军",
    "国家级制造业单项冠军": "国省单项冠军",
    "省级制造业单项冠军": "国省单项冠军",
}
# Words that come near without being certain: shown to the county, never taken over.
LIKELY: dict[str, str] = {
    "专精特新": "省级专精特新中小企业",
    "专精特新中小企业": "省级专精特新中小企业",
    "专精特新小巨人": "国家级专精特新“小巨人”",
    "小巨人": "国家级专精特新“小巨人”",
    "国专": "国家级专精特新“小巨人”",
    "规上": "升规入统",
    "规上企业": "升规入统",
    "规模以上企业": "升规入统",
    "株洲县": "渌口区",
}
_QUOTES = re.compile(r"[\s\"'“”‘’「」『』《》]+")
_NUMBERING = re.compile(
    r"(?:^|(?<=[\s、,，;；/。]))[(（]?(?:\d{1,2}|[一二三四五六七八九十])[.．、)）:：]\s*|[①-⑳]"
)
_BETWEEN = re.compile(r"[、,，;；/\\|＋+\n\r\t 。·&]+|(?<=[\u4e00-\u9fff])[和与及](?=[\u4e00-\u9fff])")
_SUFFIX = re.compile(r"(?:方面的?|类的?|等)?(?:服务|需求|类|方面|等)*$")
_NEAR = 0.6


@dataclass(frozen=True)
class Found:
    """What a cell was understood as, and what of it was not."""

    words: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = field(default=())


def bare(text: str) -> str:
    """A word without spaces, quotes and full-width forms, for comparing."""
    return _QUOTES.sub("", to_halfwidth(text))


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing to say."""
    return text.strip() in NOTHING


class Terms:
    """One list of official words with what is written instead of them."""

    def __init__(self, official: Sequence[str], synonyms: dict[str, str]) -> None:
        self.official = tuple(official)
        self.by_word = {bare(word): word for word in official}
        for synonym, word in synonyms.items():
            if word in self.official:
                self.by_word.setdefault(bare(synonym), word)

    def find(self, text: str) -> str:
        """The official word a text stands for; "" where it is none for certain."""
        word = bare(text).strip("()（）.。,，、;；:：")
        for candidate in (word, _SUFFIX.sub("", word), re.sub(r"(?:中小)?企业$", "", word)):
            if candidate in self.by_word:
                return self.by_word[candidate]
        return ""

    def near(self, text: str) -> str:
        """The official word that may be meant; "" where nothing comes near."""
        word = bare(text)
        likely = LIKELY.get(word, LIKELY.get(re.sub(r"^拟|[(（].*$", "", word), ""))
        if likely in self.official:
            return likely
        # What stands in brackets behind a word explains it: 检验检测（含CNAS）.
        close = difflib.get_close_matches(re.sub(r"[(（].*$", "", word), self.by_word, n=1, cutoff=_NEAR)
        return self.by_word[close[0]] if close else ""

    def split(self, text: str) -> list[str] | None:
        """Official words written one after another with nothing between; None unless all of it is known."""
        rest, words = bare(text), []
        keys = sorted(self.by_word, key=len, reverse=True)
        while rest:
            key = next((key for key in keys if rest.startswith(key)), "")
            if not key:
                return None
            words.append(self.by_word[key])
            rest = rest[len(key) :]
        return words


def find_kinds(text: str, terms: Terms) -> Found:
    """The services a cell asks for, in the order written, each once."""
    if is_nothing(text):
        return Found()
    words: list[str] = []
    unknown: list[str] = []
    for part in _BETWEEN.split(_NUMBERING.sub("、", to_halfwidth(text))):
        token = part.strip("()（）.:： ")
        if not token or token in NOTHING:
            continue
        one = terms.find(token)
        several = [one] if one else terms.split(token)
        if several is None:
            unknown.append(token)
        words += several or []
    near = dict.fromkeys(word for token in unknown if (word := terms.near(token)))
    return Found(tuple(dict.fromkeys(words)), tuple(unknown), tuple(near))


def find_tier(text: str, terms: Terms) -> Found:
    """The one rung a cell names; several in one cell are a question."""
    if is_nothing(text):
        return Found()
    word = terms.find(text)
    if word:
        return Found((word,))
    parts = [part for part in re.split(r"[、,，;；/\n]+", text) if part.strip()]
    named = [terms.find(part) for part in parts]
    if len(parts) > 1 and all(named):
        distinct = tuple(dict.fromkeys(named))
        return Found(distinct) if len(distinct) == 1 else Found((), (text.strip(),), distinct)
    near = terms.near(text)
    return Found((), (text.strip(),), (near,) if near else ())


def region_terms(names: Iterable[str]) -> Terms:
    """The reporting units with their short forms: 醴陵, 云龙示范区, 株洲经开区."""
    official = list(names)
    synonyms: dict[str, str] = {}
    for name in official:
        parts = [part for part in re.split(r"[()（）]", name) if part]
        whole = "".join(parts)
        forms = {*parts, whole, *(part.removeprefix("株洲") for part in parts)}
        forms |= {form.removesuffix(end) for form in forms for end in ("区", "县", "市", "示范区")}
        forms |= {
            f"{form}{end}" for form in parts for end in ("区", "县", "市") if len(form) == len("攸县") - 1
        }
        for form in forms:
            if len(form) >= len("醴陵"):
                synonyms.setdefault(form, name)
                for before in ("株洲市", "湖南省株洲市"):
                    synonyms.setdefault(f"{before}{form}", name)
        for before in ("株洲市", "湖南省株洲市", "湖南省"):
            synonyms.setdefault(f"{before}{name}", name)
    return Terms(official, synonyms)
