"""The published results and awards as papers, from what was frozen: exactly the rows of the page."""

from evaluation import queries
from pilot_portal.bulletin.documents import files_of, nothing_later, of_publications, table_for_paper
from pilot_portal.bulletin.faces import said
from pilot_portal.bulletin.models import Publication
from pilot_portal.bulletin.registry import NoticeExtra
from pilot_portal.common import clock
from pilot_portal.documents.letterhead import BUREAU, NOTICE, imprint_of, write
from pilot_portal.documents.pdf import Imprint
from pilot_portal.documents.pdf.forms import NoticeData, RankingData, RankingRow, notice, ranking
from pilot_portal.documents.registry import Printing


def _imprint(publication: Publication, printing: Printing) -> Imprint:
    return imprint_of(
        publication.round,
        publication.number,
        printing,
        publication.published_at,
        version=f"第{publication.edition}版",
    )


def _build_ranking(publication: Publication, printing: Printing) -> bytes:
    limits = queries.thresholds(publication.round, at=publication.published_at)
    data = RankingData(
        year=publication.round.year,
        issuer=BUREAU,
        issued_on=clock.beijing_date(publication.published_at),
        rows=tuple(
            RankingRow(
                rank=row["rank"],
                name=row["name"],
                county=row["region"],
                served=row["served"],
                answers=row["answered"],
                satisfied=row["share"],
                score=row["score"],
                verdict=row["decision"],
            )
            for row in publication.payload["rows"]
        ),
        number=publication.document_number,
        note=(
            f"注：满意率为总体满意4分及以上的份数占有效问卷的比例；有效问卷少于{limits.min_answers}份或者回收率低于"
            f"{limits.min_answer_percent}%的，不作结论，不排名次，以“—”表示。"
        ),
        imprint=_imprint(publication, printing),
    )
    return write(ranking, data)


def _build_awards(publication: Publication, printing: Printing) -> bytes:
    rows = publication.payload["rows"]
    columns, cells = table_for_paper(rows)
    total = said("amount_fen", sum(row["amount_fen"] for row in rows))
    data = NoticeData(
        title=publication.title,
        paragraphs=(
            (
                f"按照{NOTICE}关于对效益突出、企业反响好的服务机构年底进行评比奖补的要求，经评比和研究，"
                f"决定对下列{len(rows)}家试点服务机构（平台）给予奖补，现将名单予以公布。"
            ),
        ),
        issuer=BUREAU,
        issued_on=clock.beijing_date(publication.published_at),
        columns=columns,
        rows=cells,
        total=f"合计 {len(rows)} 家，{total} 元",
        number=publication.document_number,
        imprint=_imprint(publication, printing),
    )
    return write(notice, data)


Kind = Publication.Kind
RANKING = of_publications("ranking", "综合评价结果", (Kind.RESULT,), _build_ranking)
AWARD_LIST = of_publications("award-list", "评比奖补名单", (Kind.AWARD,), _build_awards)
RANKING_EXTRA = NoticeExtra(Kind.RESULT, files_of(RANKING), nothing_later)
AWARD_EXTRA = NoticeExtra(Kind.AWARD, files_of(AWARD_LIST), nothing_later)
