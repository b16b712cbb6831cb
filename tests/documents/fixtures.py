"""What the tests of the jobs share: who asks, and a kind of paper and of workbook, registered for a test."""

import pytest

from pilot_portal.documents.registry import PAPERS, SHEETS
from tests import factories
from tests.documents.jobs import Printer, empty_folders, paper_kind, sheet_kind


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


@pytest.fixture
def printer():
    empty_folders()
    return Printer()


@pytest.fixture
def kind(printer, monkeypatch):
    made = paper_kind(printer)
    monkeypatch.setitem(PAPERS, made.code, made)
    return made


@pytest.fixture
def sheet(printer, monkeypatch):
    made = sheet_kind(printer)
    monkeypatch.setitem(SHEETS, made.code, made)
    return made
