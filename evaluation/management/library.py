"""The enterprise library of the demonstration: lists imported, doubts left to decide, slips, questions."""

import datetime as dt
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from demands import intake
from demands import operations as demanding
from demands.models import Demand, Enterprise, ImportBatch
from evaluation.management.cast import Cast, credit_code
from pilot_portal.accounts.actors import Actor
from pilot_portal.accounts.operations import mark_delivered
from pilot_portal.regions.models import Region

KIND = ImportBatch.Kind.LIBRARY
COUNTY = "430203"
HEADERS = (
    *(
        "序号",
        "企业名称",
        "统一社会信用代码",
        "所属县市区",
        "称号",
        "认定日期",
        "认定文号",
        "产业链",
        "企业规模",
    ),
    *("是否规上", "联系人及电话"),
)
NAMES = ("启明机电", "双峰铸造", "云岭陶瓷", "长田服饰", "白石新材料", "枫溪电子", "建宁食品", "响石环保")
CHAINS = ("先进轨道交通装备", "先进硬质材料", "先进陶瓷与新型功能玻璃", "服饰")
TITLES = (
    ("创新型中小企业", -400),
    ("省级专精特新中小企业", -200),
    ("国家级专精特新“小巨人”", 60 - 3 * 365),
    ("省级专精特新中小企业", -4 * 365),
)


def _row(n: int, name: str, title: str, granted: str, chain: str, phone: int) -> tuple[Any, ...]:
    return (
        *(n, name, credit_code(3000 + phone), "芦淞区", title, granted, f"示例公告第{n}号", chain, "小型"),
        *("是" if n % 2 else "否", f"联系示例{n} 138000000{phone:02}"),
    )


def _book(rows: list[tuple[Any, ...]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "培育库名单"
    sheet.append(["芦淞区优质中小企业梯度培育库（示例）"])
    sheet.append(list(HEADERS))
    for row in rows:
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _send(name: str, rows: list[tuple[Any, ...]], region: Region, by: Actor, at: dt.datetime) -> ImportBatch:
    upload = SimpleUploadedFile(name, _book(rows))
    parsed, sha256 = intake.parse_upload(upload, KIND)
    return demanding.read_workbook(
        parsed,
        round=None,
        region=region,
        file_name=name,
        sha256=sha256,
        by=by,
        at=at,
        upload=upload,
        kind=KIND,
    )


def keep_library(cast: Cast, now: dt.datetime) -> None:
    """A county's list taken over with its titles, another waiting with doubts, a double, slips."""
    by = cast.officers[COUNTY][0]
    region = Region.objects.get(code=COUNTY)
    today = now.date()

    def day(n: int) -> str:
        return f"{today + dt.timedelta(days=TITLES[n % 4][1])}"

    rows = [
        _row(n + 1, f"株洲{name}示例有限公司", TITLES[n % 4][0], day(n), CHAINS[n % 4], 50 + n)
        for n, name in enumerate(NAMES)
    ]
    taken = _send("芦淞区培育库名单（示例）.xlsx", rows, region, by, now - dt.timedelta(days=30))
    demanding.commit_batch(taken, by=by, at=now - dt.timedelta(days=30))
    doubtful = [
        _row(1, "株洲启明机电示例有限公司", "小巨人", day(1), "轨道交通", 50),
        _row(2, "株洲枫叶软件示例有限公司", "创新型", "2022年", "信息技术", 60),
        _row(3, "株洲新桥物流示例有限公司", "创新型中小企业", day(0), "智慧钢铁与现代物流", 61),
    ]
    _send("补充名单（示例）.xlsx", doubtful, region, by, now - dt.timedelta(days=1))
    # The same firm under another name and without its code: for the county to merge.
    double = [(1, "启明机电示例（集团）有限责任公司", "", *_row(1, "", "创新型中小企业", day(0), "", 62)[3:])]
    demanding.commit_batch(
        _send("零星补录（示例）.xlsx", double, region, by, now - dt.timedelta(days=20)),
        by=by,
        at=now - dt.timedelta(days=20),
    )
    invited = list(Enterprise.objects.filter(titles__batch=taken).distinct().order_by("pk")[:6])
    sheet = demanding.make_slips(invited, by=by, at=now - dt.timedelta(days=10)).sheet
    handed_out = sheet.invitations.select_related("organisation").order_by("pk")[:3]
    mark_delivered(list(handed_out), by=by, at=now - dt.timedelta(days=9))


def ask_and_answer(demand: Demand, asker: Actor, firm: Actor, now: dt.datetime) -> None:
    """A published demand with a question answered and one that waits."""
    day = dt.timedelta(days=1)
    asked = demanding.ask_question(demand, "现有设备投用几年，是否可以停产改造？", by=asker, at=now - 3 * day)
    demanding.answer_question(asked, "主要设备投用六年，每月可安排两天停产。", by=firm, at=now - 2 * day)
    demanding.ask_question(demand, "是否需要驻厂服务？", by=asker, at=now - day)
