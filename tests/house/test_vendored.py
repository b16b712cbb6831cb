"""What comes from elsewhere lies here unchanged: each file is listed with its digest, none is unlisted."""

import hashlib
import tomllib

import pytest

from tests.house import sources

VENDORED = {
    "static/vendor": "vendor.toml",
    "tests/vendor": "vendor.toml",
    "static/fonts": "fonts.toml",
}


def listed(folder: str) -> dict[str, str]:
    """File → digest, as the list of the folder says."""
    content = tomllib.loads((sources.ROOT / folder / VENDORED[folder]).read_text(encoding="utf-8"))
    if "font" in content:
        return {entry["file"]: entry["sha256"] for entry in content["font"]}
    return {file["path"]: file["sha256"] for package in content["package"] for file in package["file"]}


@pytest.mark.parametrize("folder", VENDORED)
def test_every_listed_file_has_its_digest(folder):
    wrong = [
        name
        for name, digest in listed(folder).items()
        if hashlib.sha256((sources.ROOT / folder / name).read_bytes()).hexdigest() != digest
    ]
    assert not wrong, f"{folder}: changed since it was listed: {wrong}"


@pytest.mark.parametrize("folder", VENDORED)
def test_no_file_is_unlisted(folder):
    top = sources.ROOT / folder
    # A font's licence lies beside it and has no entry of its own.
    known = {*listed(folder), VENDORED[folder]}
    strangers = [
        path.relative_to(top).as_posix()
        for path in top.rglob("*")
        if path.is_file() and path.relative_to(top).as_posix() not in known and path.name != "OFL.txt"
    ]
    assert not strangers, f"{folder}: not in {VENDORED[folder]}: {strangers}"


@pytest.mark.parametrize("folder", ["static/vendor", "tests/vendor"])
def test_every_package_names_version_licence_and_source(folder):
    content = tomllib.loads((sources.ROOT / folder / "vendor.toml").read_text(encoding="utf-8"))
    assert all(package.keys() >= {"name", "version", "licence", "source"} for package in content["package"])
