"""Workers are killed, messages come twice, disks are full, papers kill: real processes, real commits.

Nothing is lost, nothing is built twice, and whoever asked is told.
"""

import hashlib
import shutil
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from pilot_portal.common import clock
from pilot_portal.documents import operations
from pilot_portal.documents.models import Paper
from pilot_portal.documents.operations import LEASE, MAX_ATTEMPTS, RETRY, WORN_OUT
from pilot_portal.documents.registry import BUNDLES, PAPERS
from tests import factories, servers
from tests.documents.faults import (
    BUNDLE,
    FAULTY,
    HELD,
    PLACE,
    POISONS,
    Gate,
    begun,
    check_files,
    count,
    disk_of,
    enlarge_disk,
    small_disk,
    states,
    strike,
    worker,
)
from tests.documents.jobs import empty_folders, notice, stored
from tests.portal import set_clock_ahead

pytestmark = pytest.mark.django_db(transaction=True)
OVER = LEASE.total_seconds() + 1
# Bytes of the shortest paper.
SMALLEST = 10_000
NO_ROOM = "No space left on device"


@pytest.fixture(autouse=True)
def place(monkeypatch):
    """An empty place for gates and notes, no file of an earlier test, the clock as it is."""
    empty_folders()
    monkeypatch.setitem(PAPERS, FAULTY.code, FAULTY)
    monkeypatch.setitem(BUNDLES, BUNDLE.code, BUNDLE)
    PLACE.mkdir()
    (PLACE / "begun").touch()
    yield
    settings.CLOCK_AHEAD.unlink(missing_ok=True)
    shutil.rmtree(PLACE)


@pytest.fixture
def broker(need):
    """A Redis of this test alone: no message of a dead worker reaches another test."""
    need("redis")
    with servers.redis() as url:
        yield url


@pytest.fixture
def gates():
    """`gates(subject)` gives the gate before the building of a subject; all are open at the end."""
    made = []

    def before(subject):
        made.append(Gate(subject))
        return made[-1]

    yield before
    for gate in made:
        gate.open()


@pytest.fixture
def wang():
    return factories.county_reviewer_wang()


@pytest.fixture
def ask(wang):
    """`ask(subject)` asks for the paper of a subject, as 王示例."""
    return lambda subject: operations.request_paper(FAULTY, subject, by=wang, at=clock.now())


def end_orphans():
    """End what PostgreSQL still does for a client that is dead: waiting for a lock it does not notice."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            )
            assert cursor.fetchall() == [(True,)]


def test_forty_papers_survive_a_worker_that_is_killed_in_the_middle(broker, gates, ask):
    subjects = [notice(HELD if at in {13, 14} else "示例") for at in range(40)]
    held = [gates(subject) for subject in subjects[13:15]]
    for subject in subjects:
        ask(subject)
    with worker("first", broker) as first:
        strike(broker, 2)
        first.until(lambda: all(gate.reached() for gate in held), "both processes at the gates")
        first.kill()
    assert states() == [("DONE", 1)] * 13 + [("REQUESTED", 0)] * 25 + [("RUNNING", 1)] * 2
    with worker("second", broker) as second:
        strike(broker)
        second.until(lambda: count(status="DONE") == 38, "those that nobody held")
        # What the dead one held waits for the end of its lease.
        second.until(lambda: "succeeded" in second.said(), "the end of the sweep")
        assert count(status="RUNNING", attempt=1) == 2
        set_clock_ahead(OVER)
        strike(broker)
        second.until(lambda: count(status="DONE") == 40, "those that the dead one held")
    assert states() == [("DONE", 1)] * 38 + [("DONE", 2)] * 2
    times = begun()
    assert [times[subject.pk] for subject in subjects] == [1] * 13 + [2] * 2 + [1] * 25
    check_files()


def test_a_bundle_survives_a_worker_that_is_killed_in_the_middle(broker, gates, wang):
    subjects = [notice(HELD if at == 4 else "示例") for at in range(8)]
    gate = gates(subjects[4])
    bundle = operations.request_export(BUNDLE, subjects[0].round, None, by=wang, at=clock.now())
    with worker("first", broker) as first:
        strike(broker)
        first.until(gate.reached, "the process at the gate")
        first.until(lambda: count(kind=FAULTY.code, status="DONE") == 7, "the papers of the other process")
        first.kill()
    bundle.refresh_from_db()
    assert (bundle.status, count(kind=FAULTY.code, status="RUNNING")) == ("REQUESTED", 1)
    set_clock_ahead(OVER)
    with worker("second", broker) as second:
        strike(broker)
        second.until(lambda: count(kind=BUNDLE.code, status="DONE") == 1, "the bundle")
    check_files()
    bundle.refresh_from_db()
    digests = {paper.sha256 for paper in Paper.objects.filter(kind=FAULTY.code)}
    with bundle.file.open("rb") as file, ZipFile(file) as archive:
        papers = [archive.read(name) for name in archive.namelist() if name.endswith(".pdf")]
    assert len(papers) == 8
    assert {hashlib.sha256(paper).hexdigest() for paper in papers} == digests
    assert [begun()[subject.pk] for subject in subjects] == [1] * 4 + [2] + [1] * 3


def test_a_worker_killed_between_the_file_and_the_word_done_leaves_one_file(broker, gates, ask):
    subject = notice(HELD)
    gate, paper = gates(subject), ask(subject)
    with worker("first", broker) as first:
        strike(broker)
        first.until(gate.reached, "the process at the gate")
        with transaction.atomic():
            # A lock on the row: its file is stored, the word "done" cannot be written.
            Paper.objects.filter(pk=paper.pk).update(title=paper.title)
            gate.open()
            first.until(lambda: any(path.stat().st_size > SMALLEST for path in stored()), "the stored file")
            first.kill()
            end_orphans()
    assert states() == [("RUNNING", 1)]
    assert len(stored()) == 1
    set_clock_ahead(OVER)
    with worker("second", broker) as second:
        strike(broker)
        second.until(lambda: count(status="DONE") == 1, "the paper")
    assert states() == [("DONE", 2)]
    check_files()


def test_a_message_delivered_twice_and_two_workers_build_each_paper_once(broker, ask):
    for _ in range(20):
        ask(notice())
    with worker("first", broker) as first, worker("second", broker) as second:
        strike(broker, 6, task_id="the-same-message")
        first.until(lambda: count(status="DONE") == 20, "twenty papers")
        for each in (first, second):
            each.until(lambda each=each: "the-same-message] succeeded" in each.said(), "a message for each")
    assert states() == [("DONE", 1)] * 20
    assert {*begun().values()} == {1}
    check_files()


def test_a_worker_that_outlives_its_lease_does_not_replace_what_another_built(broker, gates, ask):
    subject = notice(HELD)
    gate, paper = gates(subject), ask(subject)
    with worker("slow", broker) as slow:
        strike(broker)
        slow.until(gate.reached, "the slow one at the gate")
        set_clock_ahead(OVER)
        with worker("quick", broker) as quick:
            strike(broker)
            quick.until(lambda: count(status="DONE") == 1, "the paper of the quick one")
        before = Paper.objects.get()
        gate.open()
        slow.until(lambda: "succeeded" in slow.said(), "the end of the slow one's work")
    paper.refresh_from_db()
    assert (paper.status, paper.attempt, paper.file.name) == ("DONE", 2, before.file.name)
    assert begun()[subject.pk] == 2
    check_files()


@pytest.mark.parametrize("deeds", [("崩溃", "内存"), pytest.param((*POISONS,), marks=pytest.mark.long)])
def test_papers_that_kill_their_worker_are_given_up_and_those_behind_them_are_built(
    broker, ask, wang, client_of, deeds
):
    poisons = [notice(deed) for deed in deeds]
    good = [notice() for _ in range(6)]
    for subject in (*poisons, *good):
        ask(subject)
    with worker("first", broker) as first:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            set_clock_ahead(OVER * (attempt - 1))
            strike(broker)
            first.until(lambda attempt=attempt: all(begun()[one.pk] >= attempt for one in poisons), "poison")
            first.until(lambda: count(status="DONE") == 6, "those behind the poison")
        set_clock_ahead(OVER * MAX_ATTEMPTS)
        strike(broker)
        first.until(lambda: count(status="FAILED") == len(poisons), "the end of the poison")
        # Still the same worker: only the processes that do the work died, and came back.
        first.until(lambda: len(first.children()) == 2, "two processes that work")
    assert {*Paper.objects.filter(status="FAILED").values_list("error", "attempt")} == {
        (WORN_OUT, MAX_ATTEMPTS)
    }
    assert {begun()[subject.pk] for subject in poisons} == {MAX_ATTEMPTS}
    assert {begun()[subject.pk] for subject in good} == {1}
    check_files()
    page = client_of(wang).get(reverse("documents:mine")).content.decode()
    assert page.count(WORN_OUT) == len(poisons)


@pytest.fixture
def disk(need):
    """The words that give a worker a disk on which one paper finds room, and no second."""
    return small_disk(need("unshare"), "64k")


def fill_disk(ask, full, broker):
    """The first paper finds room, the second, which is given, does not."""
    ask(notice())
    strike(broker)
    full.until(lambda: count(status="DONE") == 1, "the first paper")
    paper = ask(notice())
    strike(broker)
    full.until(lambda: NO_ROOM in full.said(), "a full disk")
    return paper


def try_again(attempt, full, broker):
    """Another attempt of a worker on a full disk, when half a minute is over."""
    set_clock_ahead((RETRY.total_seconds() + 1) * (attempt - 1))
    strike(broker)
    full.until(lambda: full.said().count(NO_ROOM) == attempt, f"attempt {attempt}")
    assert states() == [("DONE", 1), ("RUNNING", attempt)]


def test_on_a_full_disk_a_paper_waits_and_is_built_when_there_is_room(broker, disk, ask):
    with worker("full", broker, *disk) as full:
        fill_disk(ask, full, broker)
        try_again(2, full, broker)
        # No half of a file is left.
        check_files(disk_of(full))
        enlarge_disk(full, "10m")
        set_clock_ahead(3 * RETRY.total_seconds())
        strike(broker)
        full.until(lambda: count(status="DONE") == 2, "both papers")
        assert states() == [("DONE", 1), ("DONE", 3)]
        check_files(disk_of(full))


def test_on_a_disk_that_stays_full_the_asker_is_told_and_may_ask_again(broker, disk, ask, wang, client_of):
    browser = client_of(wang)
    with worker("full", broker, *disk) as full:
        paper = fill_disk(ask, full, broker)
        for attempt in range(2, MAX_ATTEMPTS + 1):
            try_again(attempt, full, broker)
        set_clock_ahead((RETRY.total_seconds() + 1) * MAX_ATTEMPTS)
        strike(broker)
        full.until(lambda: count(status="FAILED") == 1, "the end of trying")
        check_files(disk_of(full))
        assert WORN_OUT in browser.get(reverse("documents:mine")).content.decode()
        enlarge_disk(full, "10m")
        browser.post(reverse("documents:retry", args=[paper.uuid]))
        strike(broker)
        full.until(lambda: count(status="DONE") == 2, "both papers")
        check_files(disk_of(full))
