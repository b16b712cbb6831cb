"""Acts made at once, each on a connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection

from pilot_portal.common.errors import Refused


def race(*acts: Callable[[], object]) -> list[object]:
    """All acts at once; gives what each gave, or the refusal it met. Any other exception fails the test."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            results[place] = act()
        except Refused as refusal:
            results[place] = refusal
        except BaseException as fault:  # noqa: BLE001 - told by the test that waits for the threads
            results[place] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    faults = [r for r in results if isinstance(r, BaseException) and not isinstance(r, Refused)]
    assert not faults, faults
    return results
