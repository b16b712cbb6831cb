"""Applications that share no name, figure or sentence: nothing of one can be kept for the next."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pilot_portal.documents.pdf import Imprint
from pilot_portal.documents.pdf.forms import Attachment2Data, Attachment3Data, TierCounts, YearFigures
from pilot_portal.documents.pdf.forms.attachment3 import LEFT, RIGHT, tier_sentence
from pilot_portal.documents.pdf.forms.common import day, figure
from pilot_portal.documents.pdf.frame import number_line
from tests.documents.samples import KINDS, RARE, SITUATION

COUNTIES = ("荷塘区", "芦淞区", "石峰区", "天元区", "渌口区", "醴陵市", "攸县", "茶陵县", "炎陵县")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗甪"
# The 3,755 characters of the first level of GB 2312: what ordinary texts are made of.
COMMON = "".join(
    bytes((row, cell)).decode("gb2312")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF if row < 0xD7 else 0xFA)
)


def _words(chance: random.Random, count: int) -> str:
    return "".join(chance.choices(COMMON, k=count))


def _figures(chance: random.Random) -> YearFigures:
    money = {
        name: Decimal(chance.randint(-2_000, 900_000)) / 100
        for name in (*LEFT, *RIGHT)
        if name not in {"staff", "graduates"}
    }
    staff = chance.randint(8, 400)
    return YearFigures(staff=staff, graduates=chance.randint(3, staff), **money)


def application(number: int) -> tuple[Attachment2Data, Attachment3Data]:
    """The promise and the situation of one application; the same number gives the same."""
    chance = random.Random(number)
    case = f"2023-A-{number:04}"
    imprint = Imprint(
        number=case,
        version=f"第{chance.randint(1, 4)}版",
        digest=hashlib.sha256(case.encode()).hexdigest(),
        verify_url=f"https://portal.example/verify/{chance.getrandbits(128):032x}/",
        dated=datetime(2023, 2, 1, tzinfo=UTC) + timedelta(minutes=number),
    )
    total = chance.randint(20, 90)
    counts = [chance.randint(0, total // 4) for _ in range(4)]
    situation = replace(
        SITUATION,
        name=f"株洲示例{_words(chance, 4)}技术服务有限公司",
        county=chance.choice(COUNTIES),
        legal_representative=chance.choice(SURNAMES) + chance.choice(RARE),
        credit_code=f"91000000MA{chance.randrange(10**7):07}T",
        contact=chance.choice(SURNAMES) + chance.choice(RARE) + _words(chance, 1),
        phone=f"138{number:08}",
        registered_on=date(2000, 1, 1) + timedelta(days=chance.randrange(8000)),
        registered_at=f"株洲市示例{_words(chance, 2)}大道{chance.randint(1, 900)}号{_words(chance, 4)}园A座",
        served=TierCounts(total, *counts, others=(("升规入统", chance.randint(0, 9)),)),
        targets=TierCounts(total // 2, *reversed(counts)),
        before=_figures(chance),
        last=_figures(chance),
        premises=(
            f"自有检测场地{chance.randint(200, 9000):,}平米，设备{chance.randint(5, 90)}台（套），"
            f"{_words(chance, 8)}。"
        ),
        path=(
            f"面向{_words(chance, 6)}、{_words(chance, 6)}两条产业链，提供“咨询—检测—改造”一体化服务"
            f"（{chance.choice(KINDS)}）："
            f"先{_words(chance, 4)}，后{_words(chance, 4)}，再{_words(chance, 4)}。"
        ),
        results=(
            f"服务过{chance.choice(SURNAMES)}{_words(chance, 2)}、"
            f"{chance.choice(SURNAMES)}{chance.choice(RARE)}等负责人所在的渌口、醴陵、攸县企业；"
            f"{_words(chance, 18)}，ISO9001:2015。"
        ),
        imprint=imprint,
    )
    return Attachment2Data(2023, Imprint(case, dated=imprint.dated)), situation


def shown(number: int) -> dict[str, object]:
    """The texts of an application as they stand on its form: what the peers fill into their templates."""
    promise, situation = application(number)
    years = [figures for figures in (situation.before, situation.last) if figures is not None]
    values = [
        [figure(getattr(year, name)) for name in names for year in years]
        for names in zip(LEFT, RIGHT, strict=True)
    ]
    return {
        "application": number,
        "year": promise.year,
        "years": [f"{promise.year - 2}年", f"{promise.year - 1}年"],
        "name": situation.name,
        "county": situation.county,
        "legal_representative": situation.legal_representative,
        "credit_code": situation.credit_code,
        "contact": situation.contact,
        "phone": situation.phone,
        "registered_on": day(situation.registered_on),
        "registered_at": situation.registered_at,
        "served": tier_sentence(situation.served, situation.words),
        "targets": tier_sentence(situation.targets, situation.words),
        "figures": values,
        "premises": situation.premises,
        "path": situation.path,
        "results": situation.results,
        "verify_url": situation.imprint.verify_url,
        "promise_line": number_line(promise.imprint),
        "situation_line": number_line(situation.imprint),
    }
