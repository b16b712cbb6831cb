"""`make run`: prepares the portal on this machine and keeps its three processes running until Ctrl-C.

Web server, worker and beat each write to a file under `var/log/`. One that ends by itself is named, the end
of its log is shown, and all others are stopped. Nothing is needed but the packages of requirements.txt; with
DATABASE_URL and REDIS_URL in the environment PostgreSQL and Redis are used instead of the embedded defaults.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VAR = Path(os.environ.get("PORTAL_VAR", ROOT / "var"))
LOGS = VAR / "log"
HOST = "127.0.0.1"
START_SECONDS = 90
STOP_SECONDS = 25
HIGHEST_PORT = 65_535
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Failed(Exception):  # noqa: N818 - it names what happened, and is shown as it stands
    """The portal cannot start or go on; carries the text for the person at the terminal."""


def say(text: str) -> None:
    """A line for the person at the terminal, at once also through a pipe."""
    print(text, flush=True)


def free_port() -> int:
    """The port of PORT=….

    Raises:
        Failed: it is no number or in use.
    """
    given = os.environ.get("PORT", "8000")
    if not given.isascii() or not given.isdigit() or not 0 < int(given) <= HIGHEST_PORT:
        raise Failed(f"PORT={given} 不是端口号（1–65535）。/ PORT={given} is not a port number.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(given)))
        except OSError as error:
            raise Failed(
                f"端口 {given} 不可用（{error.strerror}），可能已有程序占用。换一个端口：make run PORT=8123\n"
                f"Port {given} cannot be used ({error.strerror}). Try another one: make run PORT=8123"
            ) from error
    return int(given)


def manage(*words: str) -> str:
    """Runs one command of manage.py.

    Gives:
        What it printed.

    Raises:
        Failed: it ended with an error.
    """
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        say(done.stdout)
        raise Failed(f"manage.py {' '.join(words)} 失败，原因见上。/ manage.py {words[0]} failed, see above.")
    return done.stdout


def prepare() -> str:
    """Brings database, demonstration data and static files up to date.

    Gives:
        The demonstration accounts, tab-separated lines; empty outside of demo mode.
    """
    say("正在准备数据库…… Preparing the database ...")
    manage("migrate", "--noinput", "--verbosity", "0")
    manage("createcachetable", "--verbosity", "0")
    accounts = ""
    if os.environ["PORTAL_MODE"] == "demo":
        # Fills an empty database; run again it moves only the demonstration round's calendar.
        say("正在准备演示数据（首次约需一分钟）…… Preparing the demonstration round ...")
        manage("demo")
        accounts = manage("demo", "--accounts")
    # The papers read their fonts from the checkout; no page loads them.
    manage("collectstatic", "--noinput", "--verbosity", "0", "--ignore", "*.ttf")
    return accounts


def commands(port: int) -> dict[str, list[str]]:
    """Name → the words that start each process."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--app", "pilot_portal"]
    return {
        "web": [
            *(*python, "gunicorn", "pilot_portal.wsgi", "--bind", f"{HOST}:{port}"),
            # A second portal on this machine would fight over the control socket in the home folder.
            "--no-control-socket",
            # Threads bound what the database sees at once; see the README's decisions.
            *("--worker-class", "gthread", "--workers", os.environ.get("WEB_WORKERS", "2"), "--threads", "4"),
            *("--timeout", "60", "--graceful-timeout", "10"),
            *("--access-logfile", str(LOGS / "access.log")),
        ],
        "worker": [
            *(*celery, "worker", "--concurrency", os.environ.get("WORKER_PROCESSES", "2")),
            # Both only serve a fleet of workers that watch each other.
            *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
        ],
        "beat": [*celery, "beat", "--loglevel", "INFO", "--schedule", str(VAR / "run" / f"beat-{port}")],
    }


def start(name: str, words: list[str]) -> subprocess.Popen:
    """Starts one process in a session of its own: Ctrl-C reaches this script alone, which then stops all."""
    setpriv = shutil.which("setpriv")
    # Should this script be killed outright, the kernel stops its children.
    tied = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
    with (LOGS / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [*tied, *words],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def ended(running: dict[str, subprocess.Popen]) -> str:
    """The name of a process that has ended by itself; empty while all run."""
    return next((name for name, process in running.items() if process.poll() is not None), "")


def watch(running: dict[str, subprocess.Popen]) -> None:
    """Returns never by itself.

    Raises:
        Failed: a process ended; names it and shows the end of its log.
    """
    while not (name := ended(running)):
        time.sleep(0.5)
    tail = (LOGS / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
    raise Failed(
        "\n".join(tail)
        + f"\n{name} 已意外退出（代码 {running[name].returncode}），其余进程一并停止。"
        + f"\n{name} ended unexpectedly (exit {running[name].returncode}); stopping the others."
    )


def answers(port: int) -> bool:
    """Whether the web server says that it is up."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def wait_for_web(port: int, running: dict[str, subprocess.Popen]) -> None:
    """Returns when the web server answers.

    Raises:
        Failed: a process ended, or the time is over.
    """
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if ended(running):
            watch(running)
        if time.monotonic() > deadline:
            raise Failed(
                f"网站 {START_SECONDS} 秒内没有应答，日志见 {LOGS}/web.log。/ The web server does not answer."
            )
        time.sleep(0.3)


def stop(running: dict[str, subprocess.Popen]) -> None:
    """Stops all processes, first politely; afterwards nothing of them is left."""
    deaf_to_signals()
    for process in running.values():
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def width(text: str) -> int:
    """Columns of the text on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def table(lines: str) -> str:
    """Tab-separated lines as columns that stand in line."""
    rows = [line.split("\t") for line in lines.splitlines() if line.strip()]
    columns = max((len(row) for row in rows), default=0)
    widths = [max(width(row[at]) for row in rows if at < len(row)) for at in range(columns)]
    return "\n".join(
        "  " + "  ".join(cell + " " * (widths[at] - width(cell)) for at, cell in enumerate(row)).rstrip()
        for row in rows
    )


def deaf_to_signals() -> None:
    """From here on no signal disturbs the stopping."""
    for kind in ENDING:
        signal.signal(kind, signal.SIG_IGN)


def interrupted(number: int, _frame: object) -> None:
    """Ends the script, once."""
    deaf_to_signals()
    raise KeyboardInterrupt(number)


def main() -> int:
    """Prepares, starts, watches, stops; 0 after Ctrl-C, 1 when something failed."""
    for kind in ENDING:
        signal.signal(kind, interrupted)
    os.environ.setdefault("PORTAL_MODE", "demo")
    running: dict[str, subprocess.Popen] = {}
    try:
        port = free_port()
        for folder in (LOGS, VAR / "run"):
            folder.mkdir(parents=True, exist_ok=True)
        accounts = prepare()
        for name, words in commands(port).items():
            running[name] = start(name, words)
        wait_for_web(port, running)
        if accounts:
            say(f"\n演示账号（角色、单位、用户名、口令）/ demonstration accounts:\n{table(accounts)}")
        say(f"\n平台已启动 / running: http://{HOST}:{port}/   日志 / logs: {LOGS}")
        say("按 Ctrl-C 停止 / Ctrl-C stops it")
        watch(running)
    except KeyboardInterrupt:
        say("\n正在停止…… Stopping ...")
        return 0
    except Failed as error:
        say(f"\n{error}")
        return 1
    finally:
        stop(running)
        if running:
            say("已全部停止 / all stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
