"""What the repository must not hold: paths of a machine, numbers of real people and bodies, registries."""

import re
from pathlib import Path

import pytest

from tests.house import sources

TEXT = {
    *(".py", ".html", ".txt", ".md", ".toml", ".csv", ".json", ".js", ".css", ".sh", ".ini", ".in", ".svg"),
    *("", ".yml", ".yaml", ".po"),
}
# A path of somebody's machine. Folders that every Debian has (/usr/bin, /tmp) are no such path.
MACHINE_PATH = re.compile(r"(?<![\w.~}/])/(?:home/[\w.-]+|root|work|Users/\w+|mnt/\w+)/[\w.-]*")
MOBILE = re.compile(r"(?<![\w.])1[3-9]\d{9}(?![\w])")
FICTIONAL_MOBILE = re.compile(r"138000000\d\d")
CREDIT_CODE = re.compile(r"(?<![0-9A-Za-z])[159][1-9](\d{6})[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])")
# The two examples of the standard GB 32100-2015: one right, one with a wrong check character.
EXAMPLES_OF_THE_STANDARD = {"91350100M000100Y43", "91350100M000100Y4Z"}
REGISTRY = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|^\s*https?://", re.MULTILINE)


def own_text() -> list[Path]:
    """Text written for this repository: neither lock files nor what is vendored, nor this test."""
    return [
        path
        for path in sources.repository_files()
        if path.suffix in TEXT
        and "vendor" not in path.parts
        and not path.name.startswith("requirements")
        and path != Path(__file__)
    ]


def strangers(pattern: re.Pattern[str], allowed) -> list[str]:
    """Places where the pattern stands and `allowed(text)` says no."""
    return [place for place in sources.found_in(own_text(), pattern) if not allowed(place.rsplit(": ", 1)[1])]


def test_no_path_of_a_machine():
    places = strangers(MACHINE_PATH, lambda _text: False)
    assert not places, "a path of somebody's machine:\n" + "\n".join(places)


def test_mobile_numbers_are_invented():
    places = strangers(MOBILE, FICTIONAL_MOBILE.fullmatch)
    assert not places, "only 138000000xx is nobody's number:\n" + "\n".join(places)


def test_credit_codes_are_of_no_real_region():
    places = strangers(CREDIT_CODE, lambda text: text[2:8] == "000000" or text in EXAMPLES_OF_THE_STANDARD)
    assert not places, "only region 000000 hits no real firm:\n" + "\n".join(places)


def test_lock_files_name_no_registry():
    places = sources.found_in(sorted(sources.ROOT.glob("requirements*.*")), REGISTRY)
    assert not [place for place in places if "no-emit" not in place], (
        f"a lock file names a registry: {places}"
    )


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE_PATH, "see /" + "home/somebody/notes"),
        (MOBILE, "电话 13" + "912345678"),
        (CREDIT_CODE, "9143" + "0200MA4L000000"),
    ],
)
def test_a_stranger_is_noticed(pattern, text):
    assert pattern.search(text)
