"""The broker of an installation without Redis: messages are files, and each appears whole."""

import threading
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from pilot_portal.celery import app

SIZE, COUNT = 200_000, 300


@pytest.fixture
def options(tmp_path):
    folders = {name: tmp_path / name for name in ("messages", "control")}
    for folder in folders.values():
        folder.mkdir()
    messages = str(folders["messages"])
    return {
        "data_folder_in": messages,
        "data_folder_out": messages,
        "control_folder": str(folders["control"]),
        "store_processed": False,
    }


def connection(options):
    return Connection("files://localhost", transport_options=options)


def test_it_is_the_broker_where_there_is_no_redis():
    assert app.connection_for_write().as_uri().startswith("files://")
    assert app.connection_for_write().transport_cls == "files"


def test_a_message_is_never_read_half_written(options):
    """One writes large messages, one reads as fast as it can: everything arrives, whole and once."""
    words, got, faults = "消" * SIZE, [], []
    done = threading.Event()

    def write():
        try:
            with connection(options) as there:
                channel = there.channel()
                for n in range(COUNT):
                    channel._put("celery", {"n": n, "words": words})
        except Exception as fault:  # noqa: BLE001 - told by the test that waits
            faults.append(fault)
        finally:
            done.set()

    writer = threading.Thread(target=write)
    with connection(options) as here:
        channel = here.channel()
        writer.start()
        while True:
            was_done = done.is_set()
            try:
                message = channel._get("celery")
            except Empty:
                if was_done:
                    break
                continue
            assert message["words"] == words
            got.append(message["n"])
    writer.join()
    assert faults == []
    assert sorted(got) == list(range(COUNT))
    assert list(Path(options["data_folder_in"]).iterdir()) == []


def test_those_who_bind_at_once_are_all_bound(options):
    gate, faults = threading.Barrier(8), []

    def bind(n):
        try:
            with connection(options) as there:
                channel = there.channel()
                gate.wait(timeout=30)
                channel._queue_bind("celery", f"key{n}", "", f"queue{n}")
        except Exception as fault:  # noqa: BLE001 - told by the test that waits
            faults.append(fault)

    threads = [threading.Thread(target=bind, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with connection(options) as here:
        table = here.channel().get_table("celery")
    assert {row.queue for row in table} == {f"queue{n}" for n in range(8)}
