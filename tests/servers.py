"""Private PostgreSQL and Redis servers of the tests, and the programs that the tests need.

Each server has its own data directory and its own free port, is started from the binaries of the machine,
and is stopped afterwards; as root too, although PostgreSQL itself refuses to run as root.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

START_SECONDS = 60
# PostgreSQL refuses root; 65534 is `nobody` on every Debian and Ubuntu.
NOBODY = 65534


@dataclass(frozen=True)
class Program:
    """A program of the machine that some tests need: what it proves, and the package that brings it."""

    name: str
    package: str
    proves: str
    path: str | None
    # Whether CI fails without it: what a container forbids cannot be installed.
    is_demanded: bool = True


def _postgresql() -> str | None:
    """The newest `postgres` binary: Debian keeps it off the PATH, under a folder for each version."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3].split(".")[0])
    )
    return str(found[-1]) if found else shutil.which("postgres")


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@cache
def _small_disks() -> str | None:
    """`unshare`, where this user may mount a small disk that no other process sees."""
    path = shutil.which("unshare")
    if path is None or os.geteuid() != 0:
        return None
    mount = [path, "--mount", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tempfile.gettempdir()]
    return path if subprocess.run(mount, check=False, capture_output=True).returncode == 0 else None


def programs() -> list[Program]:
    """All programs that tests need beside Python, found or not."""
    return [
        Program("postgresql", "postgresql", "全部测试在 PostgreSQL 上运行；并发揭榜", _postgresql()),
        Program("redis", "redis-server", "以 Redis 为消息中间件；全年流程", shutil.which("redis-server")),
        Program("chromium", "chromium", "浏览器中的全年流程、无障碍、390 像素", _chromium()),
        Program("pdffonts", "poppler-utils", "文书字体全部内嵌", shutil.which("pdffonts")),
        Program("pdftotext", "poppler-utils", "文书中的汉字可复制", shutil.which("pdftotext")),
        Program("soffice", "libreoffice-calc-nogui", "其他软件存的表格可读", shutil.which("soffice")),
        Program("pdftoppm", "poppler-utils", "文书版面", shutil.which("pdftoppm")),
        Program("unshare", "util-linux", "磁盘写满（须以 root 运行）", _small_disks(), is_demanded=False),
    ]


def program(name: str) -> str | None:
    """The path of one program of the list, None when the machine does not have it."""
    return next(item.path for item in programs() if item.name == name)


def missing() -> list[Program]:
    """The programs that this machine lacks; in CI those that it must have."""
    return [item for item in programs() if item.path is None and (item.is_demanded or not in_ci())]


def in_ci() -> bool:
    """Whether a missing program is a failure instead of a skipped proof."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def report_missing() -> str:
    """The closing list: what was not proved and the command that installs it; empty if complete."""
    absent = missing()
    if not absent:
        return ""
    packages = " ".join(sorted({item.package for item in absent}))
    rows = [f"  ✗ {item.name:<11} 未证明：{item.proves}" for item in absent]
    bar = "!" * 78
    return "\n".join(
        [
            bar,
            "以下程序不在本机，相关测试没有运行 / NOT PROVED on this machine, programs are missing:",
            *rows,
            f"安装 / install: sudo apt-get install {packages}",
            bar,
        ]
    )


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    """Whether something listens on the port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def dies_with_parent(signal_name: str = "TERM") -> list[str]:
    """The words before a command that stop it when its parent is killed; none where setpriv is missing."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal_name] if setpriv else []


def wait_until(
    ready, *, process: subprocess.Popen, log: Path, what: str, seconds: int = START_SECONDS
) -> None:
    """Returns when `ready()` is true.

    Raises:
        RuntimeError: the process ended or the time is over; carries the end of its log.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        # Waiting for its end is the pause between two looks: a process that dies is noticed at once.
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise RuntimeError(f"{what} did not start (exit {process.poll()}):\n{tail}")


def stop(process: subprocess.Popen, *, by: int = signal.SIGTERM, seconds: int = 20) -> None:
    """Ends one process that was started here, first politely."""
    if process.poll() is not None:
        return
    process.send_signal(by)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def postgresql() -> Iterator[str]:
    """A private PostgreSQL.

    Yields:
        The DATABASE_URL of its maintenance database; Django makes its test databases beside it.
    """
    binary = Path(program("postgresql"))
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="portal-postgresql-"))
    data, log, port = folder / "data", folder / "log", free_port()
    process = None
    try:
        if as_nobody:
            os.chown(folder, NOBODY, NOBODY)
        subprocess.run(
            [
                binary.with_name("initdb"),
                *("--pgdata", data, "--encoding", "UTF8", "--locale", "C.UTF-8"),
                *("--username", "portal", "--auth", "trust", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd="/",
            **as_nobody,
        )
        # Nothing here outlives the tests, so nothing is made durable.
        lasting = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": "128MB",
            **lasting,
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    *dies_with_parent("INT"),
                    binary,
                    *("-D", data),
                    *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,
                **as_nobody,
            )
        isready = [binary.with_name("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        wait_until(
            lambda: subprocess.run(isready, check=False).returncode == 0,
            process=process,
            log=log,
            what="PostgreSQL",
        )
        yield f"postgresql://portal@127.0.0.1:{port}/postgres"
    finally:
        if process is not None:
            stop(process, by=signal.SIGINT)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """A private Redis that keeps nothing on disk; on a chosen port it comes back where it was.

    Yields:
        Its REDIS_URL.
    """
    folder = Path(tempfile.mkdtemp(prefix="portal-redis-"))
    log, port = folder / "log", port or free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *dies_with_parent(),
                program("redis"),
                *("--bind", "127.0.0.1", "--port", str(port)),
                *("--save", "", "--appendonly", "no", "--dir", str(folder)),
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until(lambda: answers(port), process=process, log=log, what="Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)
