"""`make run`: what it says when it cannot start, and that nothing of it is left when it stops."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import psutil
import pytest

from tests import servers
from tests.house.sources import ROOT


def environment(folder, port) -> dict[str, str]:
    left_out = {"DATABASE_URL", "REDIS_URL", "PORTAL_MODE", "DJANGO_SETTINGS_MODULE"}
    own = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**own, "PORTAL_VAR": str(folder), "PORT": str(port)}


def run(folder, port) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "deploy/run.py"],
        cwd=ROOT,
        env=environment(folder, port),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("port", ["web", "0", "70000", "-1", ""])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    done = run(tmp_path, port)
    assert done.returncode == 1
    assert "端口" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_named_with_the_way_out(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run(tmp_path, port)
    assert done.returncode == 1
    assert str(port) in done.stdout
    assert "make run PORT=" in done.stdout


@pytest.fixture
def running(tmp_path):
    """A portal started as `make run` starts it, with a folder and a port of its own."""
    port = servers.free_port()
    log = tmp_path / "run.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*servers.dies_with_parent(), sys.executable, "deploy/run.py"],
            cwd=ROOT,
            env=environment(tmp_path / "var", port),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    servers.wait_until(
        lambda: "Ctrl-C" in log.read_text(), process=process, log=log, what="make run", seconds=240
    )
    yield port, process, log
    servers.stop(process, seconds=40)


def pages(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        return answer.read().decode()


@pytest.mark.journey
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_and_stops_altogether(running, how):
    port, process, log = running
    assert "<html" in pages(port)
    family = psutil.Process(process.pid).children(recursive=True)
    commands = " ".join(" ".join(member.cmdline()) for member in family)
    assert "gunicorn" in commands
    assert " worker " in commands
    assert " beat " in commands
    process.send_signal(how)
    assert process.wait(40) == 0
    assert not psutil.wait_procs(family, timeout=5)[1]
    assert "Traceback" not in log.read_text()


@pytest.mark.journey
def test_when_one_dies_it_is_named_and_the_others_stop(running):
    _port, process, log = running
    family = psutil.Process(process.pid).children(recursive=True)
    beat = next(member for member in family if " beat " in " ".join(member.cmdline()))
    beat.kill()
    assert process.wait(40) == 1
    assert "beat" in log.read_text().splitlines()[-2]
    assert not psutil.wait_procs(family, timeout=5)[1]
