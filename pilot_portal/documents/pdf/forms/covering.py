"""The county's covering letter (推荐文件, notice 四（一）), a supplement, or a report of none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pilot_portal.documents.pdf.fonts import Fonts
from pilot_portal.documents.pdf.forms.common import fill
from pilot_portal.documents.pdf.forms.letter import Heading, LetterData, letter
from pilot_portal.documents.pdf.page import Document, Imprint


@dataclass(frozen=True, slots=True)
class CoveringLetterWords:
    """The letter's words.

    The notice orders the letter but issues no form, so the city may change every one.
    """

    title: str = "关于推荐{year}年株洲市支持服务机构（平台）培育优质企业试点的报告"
    supplement_title: str = "关于补充推荐{year}年株洲市支持服务机构（平台）培育优质企业试点的报告"
    none_title: str = "关于{year}年株洲市支持服务机构（平台）培育优质企业试点零报送的报告"
    addressee: str = "株洲市工业和信息化局："
    basis: str = "根据《关于开展服务机构（平台）培育优质企业试点工作的通知》要求，"
    recommend: str = (
        "我单位按照通知要求的工作重点和程序，组织辖区内有意愿参与试点的服务机构（平台）进行申报，并对申报材料进行了审核。"
        "经审核，现推荐{names}{many}{count}家服务机构（平台）参与试点。"
    )
    supplement: str = "现补充推荐{names}{many}{count}家服务机构（平台）参与试点。"
    none: str = (
        "我单位组织辖区内服务机构（平台）进行申报，截至申报时间结束，"
        "无推荐参与试点的服务机构（平台），特作零报送。"
    )
    promise: str = "所推荐服务机构（平台）的申报材料已留存备查。"
    closing: str = "特此报告。"
    enclosure: str = "{year}年株洲市支持服务机构（平台）培育优质企业试点汇总表"
    enclosures: tuple[str, ...] = (
        "{year}年株洲市支持服务机构（平台）培育优质企业试点真实性承诺",
        "{year}年株洲市支持服务机构（平台）培育优质企业试点基本情况表",
    )


@dataclass(frozen=True, slots=True)
class CoveringLetterData:
    """A county's report.

    No names is a report of none; `paragraphs` and `enclosures` replace the standing text.
    """

    year: int
    issuer: str
    issued_on: date
    names: tuple[str, ...]
    number: str = ""
    head: str = ""
    supplement: bool = False
    paragraphs: tuple[str | Heading, ...] = ()
    enclosures: tuple[str, ...] | None = None
    contact: str = ""
    imprint: Imprint = field(default_factory=Imprint)
    words: CoveringLetterWords = field(default_factory=CoveringLetterWords)


def _paragraphs(data: CoveringLetterData) -> tuple[str | Heading, ...]:
    words = data.words
    if data.paragraphs:
        return data.paragraphs
    if not data.names:
        return (words.basis + words.none,)
    many = "等" if len(data.names) > 1 else ""
    sentence = words.supplement if data.supplement else words.recommend
    text = fill(sentence, names="、".join(data.names), many=many, count=len(data.names))
    return (words.basis + text, words.promise)


def covering_letter(data: CoveringLetterData, fonts: Fonts) -> Document:
    """Lay out the covering letter. Raises MissingGlyph."""
    words = data.words
    title = words.title if data.names else words.none_title
    if data.supplement and data.names:
        title = words.supplement_title
    standing = (words.enclosure, *(words.enclosures if data.names else ()))
    enclosures = standing if data.enclosures is None else data.enclosures
    return letter(
        LetterData(
            title=fill(title, year=data.year),
            addressee=words.addressee,
            paragraphs=_paragraphs(data),
            issuer=data.issuer,
            issued_on=data.issued_on,
            number=data.number,
            head=data.head,
            enclosures=tuple(fill(name, year=data.year) for name in enclosures),
            closing=words.closing,
            contact=data.contact,
            imprint=data.imprint,
        ),
        fonts,
    )
