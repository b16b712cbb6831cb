"""What a place to end a line costs: words of the notice stay whole, numbers stay with what they count.

A cost is the blank, in em, that is rather left at the end of the line than the line ended there.
"""

from __future__ import annotations

# Parts of words, never cut where the line may end elsewhere.
PARTS = (
    "荷塘区",
    "芦淞区",
    "石峰区",
    "天元区",
    "渌口区",
    "攸县",
    "茶陵县",
    "炎陵县",
    "醴陵市",
    "株洲市",
    "株洲经开区",
    "云龙示范区",
    "创新型",
    "中小企业",
    "专精特新",
    "小巨人",
    "单项冠军",
    "升规入统",
    "有限公司",
    "有限责任",
    "公司",
)
# Longer words, cut between their parts where keeping them whole would leave more than three characters blank.
COMPOUNDS = ("创新型中小企业", "专精特新中小企业", "有限责任公司")
PART, COMPOUND = 7.0, 3.3
# What is counted: the number before it stays with it.
COUNTED = frozenset("年月日时家项批号人名份")
SHORT = 2.6  # a number without what it counts, an opening mark with a single character
RAGGED = 2.5  # a justified line that stays short
LATIN = 3.5  # inside a Latin word, after its punctuation
SEAMS = frozenset(":/-._@?&=")


def _inside() -> dict[str, tuple[tuple[str, int, float], ...]]:
    """Two characters that meet inside words → these words, where in them they meet, and the cost."""
    found: dict[str, tuple[tuple[str, int, float], ...]] = {}
    for words, cost in ((PARTS, PART), (COMPOUNDS, COMPOUND)):
        for word in words:
            for at in range(1, len(word)):
                pair = word[at - 1 : at + 1]
                found[pair] = (*found.get(pair, ()), (word, at, cost))
    return found


INSIDE = _inside()


def word_cost(text: str, at: int) -> float:
    """The cost of ending a line inside one of the words; 0 outside them."""
    return max(
        (
            cost
            for word, offset, cost in INSIDE.get(text[at - 1 : at + 1], ())
            if at >= offset and text.startswith(word, at - offset)
        ),
        default=0.0,
    )
