"""What an app declares is registered: a paper or a card that nobody finds is a mistake."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django.apps import apps

from pilot_portal.bulletin import feeds
from pilot_portal.bulletin import registry as bulletin
from pilot_portal.desk import registry as desk
from pilot_portal.documents import registry as documents
from pilot_portal.rounds.settings_table import SETTINGS
from pilot_portal.workflow import machine
from pilot_portal.workflow.models import Case
from tests.house import sources

ROOMS = ("documents", "desk", "queries", "workflow", "apps")
REGISTRIES = {
    documents.PaperKind: documents.PAPERS,
    documents.SheetKind: documents.SHEETS,
    documents.BundleKind: documents.BUNDLES,
    desk.Card: desk.CARDS,
    desk.NavItem: desk.NAV,
    bulletin.HomeBlock: bulletin.BLOCKS,
    bulletin.NoticeExtra: bulletin.EXTRAS,
    feeds.Feed: feeds.FEEDS,
    machine.Workflow: machine.REGISTRY,
}


def modules_of_rooms() -> Iterator[object]:
    """The modules of the rooms where an app declares things, split rooms included."""
    for config in apps.get_app_configs():
        if config.name.split(".")[0] not in sources.PRODUCT:
            continue
        for info in pkgutil.walk_packages([config.path], f"{config.name}."):
            if info.name.removeprefix(f"{config.name}.").split(".")[0] in ROOMS:
                yield importlib.import_module(info.name)


def declared(kind: type) -> dict[int, tuple[str, object]]:
    """Id → (where, object) of all objects of this kind that stand at the top of a module or in its lists."""
    found = {}
    for module in modules_of_rooms():
        for name, value in vars(module).items():
            members = value if isinstance(value, list | tuple | set | frozenset) else [value]
            for member in members:
                if isinstance(member, kind):
                    found[id(member)] = (f"{module.__name__}.{name}", member)
    return found


@pytest.mark.parametrize("kind", REGISTRIES, ids=lambda kind: kind.__name__)
def test_everything_declared_is_registered(kind):
    registered = {id(member) for member in REGISTRIES[kind].values()}
    lost = [where for key, (where, _member) in declared(kind).items() if key not in registered]
    assert not lost, f"declared, but not registered in ready(): {lost}"


@pytest.mark.parametrize("registry", [documents.PAPERS, documents.SHEETS, desk.CARDS, machine.REGISTRY])
def test_something_is_registered_at_all(registry):
    assert registry, "the test would prove nothing"


def test_every_case_has_its_life_cycle():
    cases = {model._meta.label_lower for model in apps.get_models() if issubclass(model, Case)}
    assert cases == set(machine.REGISTRY), "a case without life cycle, or a life cycle without case"


def test_every_setting_of_a_round_is_used_by_something():
    """A switch that changes nothing would deceive whoever sets it."""
    table = sources.ROOT / "pilot_portal" / "rounds" / "settings_table.py"
    used = "\n".join(path.read_text(encoding="utf-8") for path in sources.product_code() if path != table)
    idle = [key for key in SETTINGS if key not in used]
    assert not idle, f"settings that nothing reads: {idle}"
