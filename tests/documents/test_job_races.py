"""Jobs when much happens at once, and when the broker is not there: real threads, real commits."""

import shutil
import signal
import subprocess
import sys
import threading

import pytest
from django.urls import reverse

from pilot_portal.celery import app
from pilot_portal.common import clock
from pilot_portal.desk.views.health import QUEUE_AGE_LIMIT_SECONDS
from pilot_portal.documents import operations, queries
from pilot_portal.documents.models import Paper
from pilot_portal.documents.operations import LEASE, RETRY
from pilot_portal.documents.registry import PAPERS
from pilot_portal.documents.tasks import sweep
from tests import factories, servers
from tests.documents.jobs import (
    MINUTE,
    SECOND,
    content_of,
    message_folder,
    messages,
    notice,
    paper_kind,
    stored,
    sweep_at,
)
from tests.factories import NOW
from tests.portal import ROOT, environment
from tests.races import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def no_broker():
    """The broker is gone for the time of the test."""
    folder = message_folder()
    away = folder.with_name("away")
    folder.rename(away)
    yield
    shutil.rmtree(folder, ignore_errors=True)
    away.rename(folder)


def test_asked_by_four_people_at_once_it_is_one_job_that_each_finds(kind, printer):
    subject = notice()
    people = [factories.county_approver_li() for _ in range(4)]
    rows = race(*[lambda by=by: operations.request_paper(kind, subject, by=by, at=NOW) for by in people])
    assert {row.pk for row in rows} == {Paper.objects.get().pk}
    for person in people:
        assert queries.mine(person.user_id).count() == 1
    assert sweep_at(NOW) == 1
    assert printer.built == [subject.pk]


def test_one_who_presses_five_times_at_once_gets_one_workbook(sheet):
    wang, round_ = factories.county_reviewer_wang(), factories.make_round()
    rows = race(*[lambda: operations.request_export(sheet, round_, factories.region(), by=wang, at=NOW)] * 5)
    assert {row.pk for row in rows} == {Paper.objects.get().pk}


def test_a_workbook_asked_for_while_the_last_one_is_being_finished_is_that_one_or_a_new_one(sheet):
    wang, round_ = factories.county_reviewer_wang(), factories.make_round()

    def request():
        return operations.request_export(sheet, round_, factories.region(), by=wang, at=NOW)

    for _ in range(5):
        first = request()
        held = operations.take(NOW)
        assert held.pk == first.pk
        given = race(lambda held=held: operations.run(held, at=NOW), *[request] * 3)
        waiting = Paper.objects.exclude(status="DONE")
        assert {row.pk for row in given[1:]} <= {first.pk, *waiting.values_list("pk", flat=True)}
        assert waiting.count() <= 1
        waiting.delete()


def test_four_workers_at_once_build_each_paper_once(kind, printer):
    subjects = [notice() for _ in range(8)]
    wang = factories.county_reviewer_wang()
    for subject in subjects:
        operations.request_paper(kind, subject, by=wang, at=NOW)
    worked = race(*[sweep] * 4)
    assert sum(worked) == 8
    assert sorted(printer.built) == sorted(subject.pk for subject in subjects)
    assert set(Paper.objects.values_list("status", "attempt")) == {("DONE", 1)}
    assert len(stored()) == 8


WORKER = """
import django
django.setup()
from pilot_portal.common import clock
from pilot_portal.documents.operations import take
print(take(clock.now()).pk, flush=True)
input()
"""


def test_a_worker_process_killed_in_the_middle_loses_nothing(kind, printer):
    paper = operations.request_paper(kind, notice(), by=factories.county_reviewer_wang(), at=NOW)
    with subprocess.Popen(
        [*servers.dies_with_parent(), sys.executable, "-c", WORKER],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout.readline() == f"{paper.pk}\n"
        worker.kill()
    assert worker.returncode == -signal.SIGKILL
    assert sweep() == 0
    assert sweep_at(clock.now() + LEASE + SECOND) == 1
    paper.refresh_from_db()
    assert (paper.status, paper.attempt, len(printer.built)) == ("DONE", 2, 1)


def test_two_workers_that_finish_the_same_paper_at_once_leave_one_file(kind):
    paper = operations.request_paper(kind, notice(), by=factories.county_reviewer_wang(), at=NOW)
    first = operations.take(NOW)
    later = NOW + LEASE + SECOND
    second = operations.take(later)
    race(lambda: operations.run(first, at=later), lambda: operations.run(second, at=later))
    paper.refresh_from_db()
    assert (paper.status, paper.attempt) == ("DONE", 2)
    assert [path.name for path in stored()] == [paper.file.name.rsplit("/", 1)[1]]
    assert len(content_of(paper)) == paper.size


def test_cancelled_and_taken_at_once_it_is_one_of_both(kind, printer):
    wang = factories.county_reviewer_wang()
    for _ in range(5):
        paper = operations.request_paper(kind, notice(), by=wang, at=NOW)
        built = len(printer.built)
        given = race(lambda paper=paper: operations.cancel_paper(paper, by=wang), lambda: sweep_at(NOW))
        paper.refresh_from_db()
        cancelled = given[0] is None
        assert paper.status == ("CANCELLED" if cancelled else "DONE")
        assert len(printer.built) - built == (0 if cancelled else 1)


def test_a_message_leaves_when_the_act_is_committed_and_wakes_a_worker(kind, client_of):
    wang = factories.county_reviewer_wang()
    operations.request_paper(kind, notice(), by=wang, at=NOW)
    assert messages() == 1
    paper = Paper.objects.get()
    paper.status = Paper.Status.FAILED
    paper.save()
    operations.retry_paper(paper, by=wang)
    assert messages() == 2


def test_with_the_broker_down_nothing_is_lost_and_nobody_sees_an_error(kind, client_of, no_broker, caplog):
    wang, subject = factories.county_reviewer_wang(), notice()
    answer = client_of(wang).post(reverse("documents:request", args=[kind.code, subject.pk]))
    assert (answer.status_code, answer.url) == (302, reverse("documents:mine"))
    assert "on_commit" in caplog.text
    assert messages() == 0
    paper = Paper.objects.get()
    assert paper.status == "REQUESTED"
    # The clock's sweep asks the table, not the broker.
    assert sweep() == 1
    paper.refresh_from_db()
    assert paper.status == "DONE"
    assert content_of(paper).startswith(b"%PDF-")


def test_the_clock_sweeps_more_often_than_a_fault_pauses_and_a_queue_is_called_old():
    every = app.conf.beat_schedule["papers-sweep"]
    assert every["task"] == sweep.name
    assert every["schedule"] <= RETRY.total_seconds() < QUEUE_AGE_LIMIT_SECONDS


def test_one_slow_paper_does_not_hold_up_a_second_worker(kind, printer, monkeypatch):
    slow, quick = notice("慢"), notice("快")
    begun, end = threading.Event(), threading.Event()

    def build(subject, printing):
        if subject.pk == slow.pk:
            begun.set()
            assert end.wait(timeout=30)
        return printer.print(subject, printing)

    wang = factories.county_reviewer_wang()
    monkeypatch.setitem(PAPERS, kind.code, paper_kind(printer, build=build))
    for subject in (slow, quick):
        operations.request_paper(PAPERS[kind.code], subject, by=wang, at=NOW)

    def second():
        assert begun.wait(timeout=30)
        try:
            return sweep()
        finally:
            end.set()

    assert race(sweep, second) == [1, 1]
    assert printer.built == [quick.pk, slow.pk]


def test_a_transaction_of_a_worker_is_short(kind, printer, monkeypatch):
    """While a paper is built nothing is locked: somebody else's act goes through."""
    begun, end = threading.Event(), threading.Event()

    def build(subject, printing):
        begun.set()
        assert end.wait(timeout=30)
        return printer.print(subject, printing)

    monkeypatch.setitem(PAPERS, kind.code, paper_kind(printer, build=build))
    wang = factories.county_reviewer_wang()
    first, other = notice(), notice()
    operations.request_paper(PAPERS[kind.code], first, by=wang, at=NOW)

    def act():
        assert begun.wait(timeout=30)
        try:
            return operations.request_paper(PAPERS[kind.code], other, by=wang, at=NOW + MINUTE)
        finally:
            end.set()

    assert race(sweep, act)[1].status == "REQUESTED"
