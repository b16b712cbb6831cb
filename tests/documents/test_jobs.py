"""Jobs of papers: the row is the truth, a message only wakes a worker, nothing lost, nothing twice."""

import hashlib

import pytest
from django.db import transaction

from pilot_portal.accounts.models import Membership
from pilot_portal.common.errors import NotAllowed, Refused, Stale
from pilot_portal.documents import operations, queries
from pilot_portal.documents.models import Paper
from pilot_portal.documents.operations import BULK, LEASE, RETRY, WORN_OUT
from pilot_portal.documents.pdf.fonts import DEFAULT_ROLES
from tests import factories
from tests.documents.jobs import (
    MINUTE,
    SECOND,
    content_of,
    notice,
    stored,
    sweep_at,
)
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DONE, REQUESTED, RUNNING = Paper.Status.DONE, Paper.Status.REQUESTED, Paper.Status.RUNNING
FAILED, CANCELLED = Paper.Status.FAILED, Paper.Status.CANCELLED


@pytest.fixture
def ask(kind, wang):
    """`ask()` asks for the paper of a new notice, `ask(subject)` for that one's."""

    def request(subject=None, by=wang, **fields):
        return operations.request_paper(kind, subject or notice(), by=by, at=NOW, **fields)

    return request


# Asking -------------------------------------------------------------------------------------


def test_what_is_asked_for_is_built_and_stored_with_its_digest(ask, printer):
    paper = ask()
    assert (paper.status, paper.attempt) == (REQUESTED, 0)
    assert sweep_at(NOW) == 1
    paper.refresh_from_db()
    content = content_of(paper)
    assert (paper.status, paper.progress, paper.finished_at is None) == (DONE, 100, False)
    assert (paper.size, paper.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert paper.file_name == f"示例公告 {paper.number}.pdf"
    assert operations.verify_url(paper.verify_code) in content.decode()


def test_asked_for_again_it_is_the_same_row_and_built_no_second_time(ask, printer):
    subject = notice()
    first = ask(subject)
    assert ask(subject).pk == first.pk
    sweep_at(NOW)
    again = ask(subject)
    assert (again.pk, again.status) == (first.pk, DONE)
    assert sweep_at(NOW) == 0
    assert printer.built == [subject.pk]
    assert len(stored()) == 1


def test_another_edition_of_a_subject_is_a_paper_of_its_own(ask):
    subject = notice()
    first = ask(subject)
    subject.document_number = "示例〔2023〕2号"
    subject.save()
    second = ask(subject)
    assert second.pk != first.pk
    assert second.verify_code != first.verify_code


def test_with_other_fonts_it_is_another_paper_with_a_code_of_its_own(ask, settings):
    subject = notice()
    first = ask(subject)
    settings.PORTAL_FONTS = {"fangsong": DEFAULT_ROLES["hei"]}
    second = ask(subject)
    assert second.pk != first.pk
    assert second.verify_code != first.verify_code


def test_who_may_not_see_it_cannot_ask_for_it(kind, sheet):
    with pytest.raises(NotAllowed):
        operations.request_paper(kind, notice(), by=factories.PUBLIC, at=NOW)
    stranger = factories.county_reviewer_wang(factories.region("430281"))
    for by in (stranger, factories.institution_admin_zhou()):
        with pytest.raises(NotAllowed):
            operations.request_export(sheet, factories.make_round(), factories.region(), by=by, at=NOW)
    assert not Paper.objects.exists()


def test_a_second_person_waits_for_the_same_job_and_finds_it_among_his_own(ask, wang):
    subject, li = notice(), factories.county_approver_li()
    paper = ask(subject)
    assert ask(subject, by=li).pk == paper.pk
    assert ask(subject, by=li).pk == paper.pk
    for person in (wang, li):
        assert list(queries.mine(person.user_id)) == [paper]
    assert not queries.mine(factories.county_approver_li().user_id).exists()
    with pytest.raises(Stale, match="别人在等"):
        operations.cancel_paper(paper, by=wang)


def test_a_workbook_is_each_one_s_own_and_later_a_new_one(sheet, wang):
    round_, li = factories.make_round(), factories.county_approver_li()

    def request(by):
        return operations.request_export(sheet, round_, factories.region(), by=by, at=NOW)

    first, other = request(wang), request(li)
    assert request(wang).pk == first.pk != other.pk
    assert sweep_at(NOW) == 2
    again = request(wang)
    assert again.pk not in {first.pk, other.pk}
    assert again.status == REQUESTED
    first.refresh_from_db()
    assert first.status == DONE
    assert "王示例" in content_of(first).decode()


# Working ------------------------------------------------------------------------------------


def test_who_waits_before_a_screen_comes_before_the_bulk(ask, printer):
    bulk, first, second = notice(), notice(), notice()
    ask(bulk, urgency=BULK)
    ask(first)
    ask(second)
    assert sweep_at(NOW) == 3
    assert printer.built == [first.pk, second.pk, bulk.pk]


def test_a_message_that_comes_twice_builds_once(ask, printer):
    ask()
    assert [sweep_at(NOW), sweep_at(NOW)] == [1, 0]
    assert len(printer.built) == 1


def test_what_a_dead_worker_held_is_built_when_its_lease_is_over(ask, printer):
    paper = ask()
    held = operations.take(NOW)
    assert held.pk == paper.pk
    # The worker is gone. Nobody touches its work before the lease ends; the paper shows as under way.
    assert sweep_at(NOW + LEASE - SECOND) == 0
    paper.refresh_from_db()
    assert paper.status == RUNNING
    assert sweep_at(NOW + LEASE + SECOND) == 1
    paper.refresh_from_db()
    assert (paper.status, paper.attempt, len(printer.built)) == (DONE, 2, 1)


def test_a_worker_thought_dead_that_comes_back_changes_nothing(ask):
    paper = ask()
    held = operations.take(NOW)
    later = NOW + LEASE + SECOND
    assert sweep_at(later) == 1
    paper.refresh_from_db()
    files = stored()
    before = (paper.file.name, paper.sha256, paper.finished_at, paper.attempt)
    operations.run(held, at=later + SECOND)
    paper.refresh_from_db()
    assert (paper.file.name, paper.sha256, paper.finished_at, paper.attempt) == before
    assert stored() == files


def test_a_late_fault_does_not_take_the_paper_from_its_new_worker(ask, printer):
    paper = ask()
    late = operations.take(NOW)
    held = operations.take(NOW + LEASE + SECOND)
    for fault in (RuntimeError("示例故障"), Refused("示例拒绝")):
        printer.fault = fault
        operations.run(late, at=NOW + LEASE + MINUTE)
        paper.refresh_from_db()
        assert (paper.status, paper.lease_until) == (RUNNING, held.lease_until)


def test_a_paper_that_kills_every_worker_is_given_up(ask):
    paper, at = ask(), NOW
    for attempt in (1, 2, 3):
        assert operations.take(at).attempt == attempt
        at += LEASE + SECOND
    assert operations.take(at) is None
    paper.refresh_from_db()
    assert (paper.status, paper.error, paper.finished_at) == (FAILED, WORN_OUT, at)


def test_a_refusal_is_told_in_its_words_and_not_tried_again(ask, printer):
    printer.fault = Refused("名单还没有发布，请先发布名单。")
    paper = ask()
    assert sweep_at(NOW) == 1
    paper.refresh_from_db()
    assert (paper.status, paper.error) == (FAILED, "名单还没有发布，请先发布名单。")
    printer.fault = None
    assert sweep_at(NOW + LEASE + MINUTE) == 0


def test_a_fault_is_tried_again_after_a_pause_and_given_up_after_the_last_try(ask, printer, caplog):
    printer.fault = ZeroDivisionError("示例故障 /srv/portal")
    paper, other = ask(), ask(urgency=BULK)
    Paper.objects.filter(pk=other.pk).update(status=CANCELLED)
    at = NOW
    for attempt in (1, 2, 3):
        assert sweep_at(at) == 1
        paper.refresh_from_db()
        assert (paper.status, paper.attempt) == (RUNNING, attempt)
        assert sweep_at(at + RETRY - SECOND) == 0
        at += RETRY + MINUTE
    assert sweep_at(at) == 0
    paper.refresh_from_db()
    assert (paper.status, paper.error) == (FAILED, WORN_OUT)
    assert caplog.text.count("示例故障") == 3
    # Asked for again, it has its three tries anew.
    operations.retry_paper(paper, by=factories.Actor(paper.requested_by))
    printer.fault = None
    assert sweep_at(at) == 1
    paper.refresh_from_db()
    assert (paper.status, paper.error, paper.attempt) == (DONE, "", 1)


def test_one_that_fails_does_not_hold_up_the_others(ask, printer, monkeypatch):
    bad, good = ask(), ask()
    Paper.objects.filter(pk=bad.pk).update(kind="gone-kind")
    assert sweep_at(NOW) == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, good.status) == (RUNNING, DONE)


def test_a_disk_that_is_full_is_a_fault_that_passes(ask, settings, tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.write_text("")
    paper, media = ask(), settings.MEDIA_ROOT
    settings.MEDIA_ROOT = blocked
    assert sweep_at(NOW) == 1
    paper.refresh_from_db()
    assert (paper.status, paper.file.name) == (RUNNING, "")
    assert "could not be built" in caplog.text
    settings.MEDIA_ROOT = media
    assert sweep_at(NOW + RETRY + MINUTE) == 1
    paper.refresh_from_db()
    assert (paper.status, content_of(paper)[:5]) == (DONE, b"%PDF-")


def test_what_changed_since_it_was_asked_for_is_not_printed_under_the_old_code(ask):
    subject = notice()
    paper, gone = ask(subject), ask()
    subject.document_number = "示例〔2023〕3号"
    subject.save()
    Paper.objects.filter(pk=gone.pk).update(subject_id=0)
    sweep_at(NOW)
    for row, words in ((paper, "材料已有改动"), (gone, "已不存在")):
        row.refresh_from_db()
        assert row.status == FAILED
        assert words in row.error


def test_who_left_his_office_gets_no_workbook(sheet, wang, printer):
    paper = operations.request_export(sheet, factories.make_round(), factories.region(), by=wang, at=NOW)
    Membership.objects.filter(pk=wang.membership.pk).update(ends_at=NOW)
    sweep_at(NOW + SECOND)
    paper.refresh_from_db()
    assert paper.status == FAILED
    assert "没有权限" in paper.error
    assert not printer.built


# Cancelling and asking again ------------------------------------------------------------------


def test_a_waiting_paper_can_be_cancelled_and_asked_for_again(ask, wang, printer):
    subject = notice()
    paper = ask(subject)
    operations.cancel_paper(paper, by=wang)
    assert sweep_at(NOW) == 0
    assert ask(subject).status == REQUESTED
    operations.cancel_paper(paper, by=wang)
    operations.retry_paper(paper, by=wang)
    assert sweep_at(NOW) == 1
    assert printer.built == [subject.pk]


def test_what_is_under_way_or_done_can_be_neither_cancelled_nor_asked_for_again(ask, wang):
    paper = ask()
    with pytest.raises(Stale):
        operations.retry_paper(paper, by=wang)
    operations.take(NOW)
    for act in (operations.cancel_paper, operations.retry_paper):
        with pytest.raises(Stale):
            act(paper, by=wang)
    sweep_at(NOW + LEASE + SECOND)
    for act in (operations.cancel_paper, operations.retry_paper):
        with pytest.raises(Stale):
            act(paper, by=wang)
    paper.refresh_from_db()
    assert paper.status == DONE


def test_nobody_cancels_or_retries_what_others_asked_for(ask):
    paper, stranger = ask(), factories.county_approver_li()
    with pytest.raises(Stale):
        operations.cancel_paper(paper, by=stranger)
    Paper.objects.filter(pk=paper.pk).update(status=FAILED)
    with pytest.raises(Stale):
        operations.retry_paper(paper, by=stranger)
    paper.also_asked_by.add(stranger.user)
    operations.retry_paper(paper, by=stranger)
    paper.refresh_from_db()
    assert paper.status == REQUESTED


def test_the_age_of_the_queue_is_that_of_the_oldest_that_waits(ask):
    assert queries.oldest_waiting() is None
    first, _second = ask(), ask()
    assert queries.oldest_waiting() == first
    operations.take(NOW)
    assert queries.oldest_waiting() != first


def test_what_is_undone_with_its_act_leaves_no_job(ask):
    with transaction.atomic():
        ask()
        transaction.set_rollback(True)
    assert not Paper.objects.exists()
