"""How imports of each kind look: their list, the columns of a row, the form that types over it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demands.forms.rows import LibraryRowForm, RowForm, SeenForm
from demands.models import ImportBatch, ImportRow
from demands.rules import library
from demands.rules.attachment4 import LABELS
from demands.rules.firms import library_row_of
from demands.rules.headers import JOINED
from demands.rules.rows import row_of
from demands.rules.titles import GivenTitle
from pilot_portal.codes.models import Chain
from pilot_portal.codes.queries import labels
from pilot_portal.regions.queries import active_regions

KIND = ImportBatch.Kind


@dataclass(frozen=True)
class Cell:
    """One cell of the preview: its column, what was understood, what stands below it in small type."""

    label: str
    text: str
    small: str = ""


@dataclass(frozen=True)
class ImportFace:
    """What the pages of an import say of its kind.

    `became` is what good rows become; `done` and `undone` are told with the number; `home` is where the
    officer goes on after the import.
    """

    title: str
    list_url: str
    labels: Mapping[str, str]
    cells: Callable[[ImportRow], Sequence[Cell]]
    initial: Callable[[ImportRow], Mapping[str, Any]]
    form: Callable[..., SeenForm]
    became: str
    done: str
    home: str
    undoing: str
    undone: str


def _demand_cells(row: ImportRow) -> list[Cell]:
    shown = row_of(row.sheet, row.data, row.edits)
    return [
        Cell("企业名称", shown.company, shown.county),
        Cell("所需服务", "、".join(shown.kinds)),
        Cell("企业现状", shown.status),
        Cell("发展目标", shown.target),
        Cell("联系人、电话", shown.contact, shown.phone or "—"),
        Cell("备注", shown.remark),
    ]


def _demand_initial(row: ImportRow) -> dict[str, Any]:
    shown = row_of(row.sheet, row.data, row.edits)
    return {
        "company": shown.company,
        "county": shown.county,
        "services": list(shown.kinds),
        "status": shown.status,
        "target": shown.target,
        "contact": shown.contact,
        "phone": shown.phone,
        "remark": shown.remark,
    }


def _demand_form(*args: Any, **kwargs: Any) -> RowForm:
    return RowForm(*args, regions=list(active_regions().values_list("name", flat=True)), **kwargs)


def _titles(titles: Sequence[GivenTitle]) -> list[str]:
    return [str(title) for title in titles]


def _firm_cells(row: ImportRow) -> list[Cell]:
    shown = library_row_of(row.data, row.edits)
    flags = {"制造业": shown.manufacturing, "公开名称": shown.consent}
    return [
        Cell("企业名称", shown.company, shown.code),
        Cell("称号", "；".join(_titles(shown.titles))),
        Cell("产业链", shown.chain, shown.key_link),
        Cell("规模、行业", shown.size, shown.industry),
        Cell("规上", shown.above_scale, "，".join(f"{name}：{said}" for name, said in flags.items() if said)),
        Cell("联系人、电话", shown.contact, shown.phone),
    ]


def _firm_initial(row: ImportRow) -> dict[str, Any]:
    shown = library_row_of(row.data, row.edits)
    told = {name: getattr(shown, name) for name in LibraryRowForm.base_fields if name != "revision"}
    return told | {"titles": "\n".join(_titles(shown.titles))}


def _firm_form(*args: Any, **kwargs: Any) -> LibraryRowForm:
    return LibraryRowForm(
        *args,
        regions=list(active_regions().values_list("name", flat=True)),
        chains=list(labels(Chain).values()),
        **kwargs,
    )


def suggested_value(row: ImportRow, field: str, word: str) -> Any:
    """What a field is typed over with when a suggested word is taken: lists get one more."""
    if row.batch.kind == KIND.DEMANDS:
        kinds = row_of(row.sheet, row.data, row.edits).kinds
        return [*kinds, word] if field == "services" else word
    if field == "titles":
        return "\n".join([*_titles(library_row_of(row.data, row.edits).titles), word])
    return word


FACES: dict[str, ImportFace] = {
    KIND.DEMANDS: ImportFace(
        title="导入附件4",
        list_url="demands:county-import-list",
        labels=LABELS | {JOINED: "企业联系人及联系电话"},
        cells=_demand_cells,
        initial=_demand_initial,
        form=_demand_form,
        became="导入的行成为“待县区核实”的需求",
        done="已导入 {count} 项需求{left}。请在需求审核中核实。",
        home="demands:county-demand-list",
        undoing="这次导入的 {count} 项需求不再办理，编号不再使用；"
        "导入时新建、没有别的业务的企业记录一并移除。可改好后重新导入。",
        undone="已撤销导入，{count} 项需求不再办理。",
    ),
    KIND.LIBRARY: ImportFace(
        title="导入企业库",
        list_url="demands:county-library-import",
        labels=library.LABELS | {JOINED: "联系人及电话"},
        cells=_firm_cells,
        initial=_firm_initial,
        form=_firm_form,
        became="新企业建立记录，已有的企业按表格更新；空白的单元格不改动已有内容",
        done="已导入 {count} 行{left}，企业库已更新。",
        home="demands:county-enterprise-list",
        undoing="新建的企业将删除，已更新的恢复到导入前；有需求、账号或后来又改动的企业，不能整批撤销。",
        undone="已撤销导入，{count} 处改动已恢复。",
    ),
}


def face_of(batch: ImportBatch) -> ImportFace:
    """The face of an import's kind."""
    return FACES[batch.kind]
