"""Who writes: a state is written by the machine alone, and a view writes nothing."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

from pilot_portal.workflow.models import Case
from tests.house import sources

MACHINE = "pilot_portal/workflow/machine.py"
# Calls that write columns by keyword.
WRITERS = {"update", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
VIEWS_NEVER_CALL = {
    *("save", "create", "delay", "update", "delete", "apply_async", "send_task"),
    *("bulk_create", "bulk_update", "get_or_create", "update_or_create"),
}


def case_models() -> set[str]:
    """The names of the models that have a life cycle."""
    return {model.__name__ for model in apps.get_models() if issubclass(model, Case)}


def _writes_state(call: ast.Call) -> bool:
    name = sources.called_name(call)
    if name == "setattr":
        return any(isinstance(word, ast.Constant) and word.value == "state" for word in call.args)
    if name in WRITERS:
        strings = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]
        return any(keyword.arg == "state" for keyword in call.keywords) or (
            name in {"bulk_update", "update_or_create", "get_or_create"} and "state" in strings
        )
    # A row made by its class: `Application(state=…)`.
    return name in case_models() and any(keyword.arg == "state" for keyword in call.keywords)


def states_written(path: Path) -> list[str]:
    """Places of a module that write a state of a case, by assignment or by a call."""
    places = []
    for node in ast.walk(sources.tree(path)):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        assigned = isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and any(
            isinstance(part, ast.Attribute) and part.attr == "state"
            for target in targets
            if target is not None
            for part in ast.walk(target)
        )
        if assigned or (isinstance(node, ast.Call) and _writes_state(node)):
            places.append(f"{sources.short(path)}:{node.lineno}: {ast.unparse(node)[:100]}")
    return places


def test_only_the_machine_writes_a_state():
    places = [
        place
        for path in sources.product_code()
        if sources.short(path) != MACHINE
        for place in states_written(path)
    ]
    assert not places, "state is written outside of the machine:\n" + "\n".join(places)


def test_the_machine_is_where_the_test_looks():
    assert states_written(sources.ROOT / MACHINE)


@pytest.mark.parametrize(
    "line",
    [
        "case.state = 'X'",
        "a, case.state = 1, 'X'",
        "Case.objects.filter(pk=1).update(state='X')",
        "Application(state='X')",
        "models.Application(state='X')",
        "models.Case.objects.create(state='X')",
        "setattr(case, 'state', 'X')",
        "Case.objects.bulk_update(cases, ['state'])",
        "Case.objects.update_or_create(pk=1, defaults={'state': 'X'})",
    ],
)
def test_a_written_state_is_noticed(line, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    module = tmp_path / "module.py"
    module.write_text(line)
    assert states_written(module)


@pytest.mark.parametrize(
    "line",
    ["Q(state='X')", "Face(state='X')", "Case.objects.filter(state='X')", "if case.state == 'X': pass"],
)
def test_a_question_for_a_state_is_allowed(line, tmp_path):
    module = tmp_path / "module.py"
    module.write_text(line)
    assert not states_written(module)


def test_no_view_writes():
    places = [
        f"{sources.short(path)}:{call.lineno}: {ast.unparse(call)[:100]}"
        for path in sources.product_code()
        if "views" in path.parts or path.name == "views.py"
        for call in sources.calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in VIEWS_NEVER_CALL
    ]
    assert not places, "a view writes; an act is a function in operations:\n" + "\n".join(places)
