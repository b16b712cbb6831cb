"""`make bench-papers`: papers and workbooks beside other programs, in one run on one machine.

    python -m tests.benchmarks.peers [--quick] [--rounds N] [--only NAME...]

Prints the tables and writes var/bench/papers.json. CPU seconds count, of a process and of its children: the
clock on the wall depends on what else the machine does.
"""

import argparse
import datetime as dt
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.benchmarks.exports import ROWS, written
from tests.benchmarks.peers.applications import shown
from tests.benchmarks.peers.proof import prove
from tests.benchmarks.peers.venvs import ROOT, python_of

TARGET = ROOT / "var" / "bench" / "papers.json"
HERE = "tests.benchmarks.peers"
FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
Told = dict[str, Any]
QUICK, BATCH, CODES_READ = 10, 1000, 5
BATCH_MOST, WORKBOOK_MOST = 200, 60  # MiB


@dataclass(frozen=True)
class Contestant:
    """One line of the race: its name, its program, and how many papers it makes, in a round and before it."""

    name: str
    program: tuple[str, ...]
    papers: int
    warm_up: int = 10
    peer: bool = True


ATTACHED = "portal, JSON attached"
TYPST, WEASYPRINT = "typst, warm compiler", "WeasyPrint"
# The first makes the papers with which those of the others are compared.
CONTESTANTS = (
    Contestant(ATTACHED, ("portal", "attached"), 300, 100, peer=False),
    Contestant("portal, no attachment", ("portal", "plain"), 300, 100, peer=False),
    Contestant("portal, JSON attached, signed", ("portal", "signed"), 60, peer=False),
    Contestant(TYPST, ("typst",), 200, 100),
    Contestant(WEASYPRINT, ("weasyprint",), 40, 10),
    Contestant("xhtml2pdf", ("xhtml2pdf",), 40, 10),
    Contestant("LibreOffice, batches of 50", ("libreoffice",), 100, 2),
)
# The papers of warm-ups: other applications than any that is measured.
WARMING = 100_000
WORKBOOKS = {
    "portal": "portal",
    "openpyxl-write-only": "openpyxl, write-only",
    "openpyxl": "openpyxl",
    "xlsxwriter": "XlsxWriter, constant_memory",
}
"""Writer → how it is named in the table."""


class Race:
    """The print set by all contestants, round after round, each in a process of its own."""

    def __init__(self, folder: Path, contestants: list[Contestant]) -> None:
        self.folder, self.contestants = folder, contestants
        self.records = [shown(number) for number in range(1, contestants[0].papers + 1)]
        fonts = folder / "fonts.conf"
        cache = ROOT / "var" / "bench" / "fontconfig"
        fonts.write_text(FONTCONFIG.format(fonts=ROOT / "static" / "fonts", cache=cache))
        self.own_env = {
            **os.environ,
            "PORTAL_MODE": "test",
            "PORTAL_VAR": str(folder),
            "DJANGO_SETTINGS_MODULE": "pilot_portal.settings",
        }
        self.peer_env = {**os.environ, "FONTCONFIG_FILE": str(fonts)}

    def run(self, contestant: Contestant, *, proved: bool) -> Told:
        """One round of a contestant; `proved`: its papers are compared with the portal's.

        Raises AnotherPaper.
        """
        folder, data = self.folder / contestant.name, self.folder / "records.jsonl"
        folder.mkdir(exist_ok=True)
        warm_up = [shown(WARMING + number) for number in range(contestant.warm_up)]
        used = warm_up + self.records[: contestant.papers]
        data.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in used))
        module, *words = contestant.program
        try:
            python = python_of(module) if contestant.peer else Path(sys.executable)
        except subprocess.CalledProcessError:
            return {"not_measured": "its packages could not be installed"}
        words = ["-m", f"{HERE}.{module}", *words, str(data), str(contestant.warm_up), str(folder)]
        env = self.peer_env if contestant.peer else self.own_env
        done = subprocess.run([python, *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, check=False)
        if done.returncode:
            return {"not_measured": f"its process ended with {done.returncode}"}
        told = json.loads(done.stdout)
        if proved and "not_measured" not in told:
            lost: set[str] = set()
            for at, record in enumerate(self.records[: contestant.papers]):
                name = f"{at:04}.pdf"
                lost |= prove(folder / name, self.folder / ATTACHED / name, record, code=at < CODES_READ)
            told["lost"] = "".join(sorted(lost))
        return told

    def rounds(self, count: int) -> dict[str, Told]:
        """What each contestant told, the median of its rounds; whoever cannot run is not asked again."""
        taken: dict[str, list[Told]] = {contestant.name: [] for contestant in self.contestants}
        for number in range(count):
            for contestant in self.contestants:
                before = taken[contestant.name]
                if not any("not_measured" in told for told in before):
                    print(f"round {number + 1} of {count}: {contestant.name}", flush=True)
                    before.append(self.run(contestant, proved=number == 0))
        return {name: summed(all_told) for name, all_told in taken.items()}


def summed(rounds: list[Told]) -> Told:
    """The rounds of a contestant as one: medians, with the slowest and the quickest."""
    failed = next((told for told in rounds if "not_measured" in told), None)
    if failed is not None:
        return failed
    rates = [told["papers"] / told["cpu"] for told in rounds]
    return {
        "rate": statistics.median(rates),
        "slowest": min(rates),
        "quickest": max(rates),
        "peak": statistics.median(told["peak"] for told in rounds),
        "bytes": rounds[0]["bytes"],
        "papers": rounds[0]["papers"],
        "rounds": len(rounds),
        "version": rounds[0]["version"],
        "lost": rounds[0]["lost"],
    }


def print_papers(told: dict[str, Told]) -> None:
    """The table of the print set."""
    own = told[ATTACHED]["rate"]
    print(f"\n{'Attachments 2 + 3, a set of two pages':<38} {'papers/CPU s':>12} {'spread':>14}", end="")
    print(f" {'ms':>7} {'peak MiB':>9} {'KB':>6} {'ours / this':>12}")
    for name, line in told.items():
        if "not_measured" in line:
            print(f"{name:<38} not measured: {line['not_measured']}")
            continue
        spread = f"{line['slowest']:.1f}–{line['quickest']:.1f}"
        print(f"{name + ' ' + line['version']:<38} {line['rate']:>12.1f} {spread:>14}", end="")
        print(f" {1000 / line['rate']:>7.1f} {line['peak']:>9.0f} {line['bytes'] / 1000:>6.0f}", end="")
        print(f" {own / line['rate']:>12.1f}  {line['lost'] and 'copies wrongly: ' + line['lost']}".rstrip())


def batch(count: int) -> Told:
    """So many print sets in one process."""
    words = [sys.executable, "-m", "tests.benchmarks.batch", str(count)]
    done = subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(done.stdout)
    print(f"\n{count} applications as one batch: {told['cpu']:.1f} s CPU, peak {told['peak']:.0f} MiB")
    for name, memory in told["memory"].items():
        print(
            f"  {name:<12} {memory['resident']:>6.1f} MiB resident, {memory['own']:>6.1f} MiB without files"
        )
    return told


def workbooks(count: int) -> dict[str, Told]:
    """Attachment 4 with so many rows by each writer."""
    title = f"Attachment 4 with {count:,} rows"
    print(f"\n{title:<38} {'CPU s':>12} {'peak MiB':>14} {'MB':>7} {'ours / this':>12}")
    told: dict[str, Told] = {}
    for writer, name in WORKBOOKS.items():
        told[writer] = line = written(writer, count)
        part = told["portal"]["cpu"] / line["cpu"]
        print(
            f"{name:<38} {line['cpu']:>12.1f} {line['peak']:>14.0f} {line['size'] / 1e6:>7.1f} {part:>12.2f}"
        )
    return told


def bars(papers: dict[str, Told], run: Told, books: dict[str, Told]) -> dict[str, bool | None]:
    """What was promised, and whether it holds; None where the other was not measured."""

    def ahead(other: str, times: float) -> bool | None:
        rate = papers.get(other, {}).get("rate")
        return None if rate is None else papers[ATTACHED]["rate"] >= times * rate

    return {
        "at least 20 times WeasyPrint": ahead(WEASYPRINT, 20),
        "ahead of typst's warm compiler": ahead(TYPST, 1),
        "a batch under 200 MB": run["peak"] < BATCH_MOST,
        "a workbook under 60 MB": books["portal"]["peak"] < WORKBOOK_MOST,
        "a quarter of openpyxl's write-only CPU at most": books["portal"]["cpu"]
        <= books["openpyxl-write-only"]["cpu"] / 4,
    }


def main() -> int:
    """Runs all of it; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="make bench-papers")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=[], help="the programs that run beside the portal's")
    given = parser.parse_args()
    part = QUICK if given.quick else 1
    contestants = [
        replace(each, papers=max(3, each.papers // part), warm_up=max(2, each.warm_up // part))
        for each in CONTESTANTS
        if not given.only or each.program[0] in {"portal", *given.only}
    ]
    began = dt.datetime.now(dt.UTC)
    with tempfile.TemporaryDirectory(prefix="portal-papers-") as folder:
        papers = Race(Path(folder), contestants).rounds(1 if given.quick else given.rounds)
    print_papers(papers)
    run = batch(BATCH // part)
    books = workbooks(ROWS // part)
    held = bars(papers, run, books)
    print()
    for name, holds in held.items():
        print(f"{ {True: 'held', False: 'MISSED', None: 'not measured'}[holds]:<14} {name}")
    record = {
        "at": began.isoformat(timespec="seconds"),
        "quick": given.quick,
        "seconds": round((dt.datetime.now(dt.UTC) - began).total_seconds()),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "papers": papers,
        "batch": run,
        "workbooks": books,
        "bars": held,
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"\n{TARGET.relative_to(ROOT)}, {record['seconds']} s")
    return int(False in held.values() and not given.quick)


if __name__ == "__main__":
    sys.exit(main())
