"""Pictures of papers: drawn, compared with the golden ones that are checked in, renewed by `make golden`.

A golden picture is a page at 96 dpi in sixteen greys. Two pictures are compared after each pixel was
averaged with its neighbours, so that another way of smoothing edges passes; of what is left, a few pixels
that differ clearly are a moved line or another character. Builds of pdfium from 2023 to 2026 differ by one
level of 255.
"""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageFilter

from pilot_portal.documents.pdf import Document, load_fonts, save
from tests import servers
from tests.documents.golden_samples import GOLDEN

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).with_name("golden")
SHOWN = ROOT / "var" / "golden"
DPI = 96
GREYS = 16
# A pixel that differs by more than LEVELS after averaging counts; so many of them are a fault.
LEVELS, PIXELS = 14, 5
MOST_PAGES = 3
STEP = 255 // (GREYS - 1)
FONTS = load_fonts()


def laid_out(name: str) -> Document:
    """A paper of the list."""
    form, data = GOLDEN[name]
    try:
        return form(data, FONTS)
    except Exception as fault:
        fault.add_note(f"while the paper {name} was laid out")
        raise


def shown(pages: int) -> list[int]:
    """The pages of which a picture is kept: all of a short paper, first, second and last of a long one."""
    return [*range(1, pages + 1)] if pages <= MOST_PAGES else [1, 2, pages]


def drawn(document: Document) -> dict[int, Image.Image]:
    """Page number → picture, of the pages of which one is kept."""
    with pypdfium2.PdfDocument(save(document, FONTS)) as pdf:
        pictures = {}
        for number in shown(len(pdf)):
            page = pdf[number - 1]
            pictures[number] = page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L")
            page.close()
        return pictures


def keep(picture: Image.Image, path: Path) -> None:
    """Write a picture in sixteen greys, four bits a pixel."""
    steps = picture.point([round(level / STEP) for level in range(256)])
    small = Image.frombytes("P", steps.size, steps.tobytes())
    small.putpalette([level * STEP for level in range(GREYS) for _ in "RGB"])
    small.save(path, bits=4, optimize=True)


def kept(path: Path) -> Image.Image:
    """A golden picture as greys."""
    with Image.open(path) as picture:
        return picture.convert("L")


def difference(golden: Image.Image, new: Image.Image) -> Image.Image:
    """Where two pictures of one size differ clearly: white on black."""
    smooth = ImageFilter.BoxBlur(1)
    apart = ImageChops.difference(golden.filter(smooth), new.filter(smooth))
    return apart.point([0] * (LEVELS + 1) + [255] * (255 - LEVELS))


def is_other(golden: Image.Image, new: Image.Image) -> bool:
    """Whether more than smoothing of edges differs."""
    return golden.size != new.size or difference(golden, new).histogram()[255] >= PIXELS


def overlay(golden: Image.Image, new: Image.Image) -> Image.Image:
    """Both pictures in one: what is gone is red, what is new is blue; the differing part is framed."""
    size = max(golden.width, new.width), max(golden.height, new.height)
    before, after = Image.new("L", size, 255), Image.new("L", size, 255)
    before.paste(golden)
    after.paste(new)
    both = Image.merge("RGB", (after, ImageChops.lighter(before, after), before))
    box = difference(before, after).getbbox()
    if box:
        frame = Image.new("L", size, 0)
        frame.paste(255, tuple(side + add for side, add in zip(box, (-4, -4, 4, 4), strict=True)))
        frame.paste(0, tuple(side + add for side, add in zip(box, (-2, -2, 2, 2), strict=True)))
        both.paste((255, 160, 0), mask=frame)
    return both


@dataclass(frozen=True)
class Fault:
    """A page that does not look as kept, and what was written down to look at."""

    picture: Image.Image
    path: Path
    words: str


def faults(name: str, document: Document, *, folder: Path = KEPT, look_at: Path = SHOWN) -> list[Fault]:
    """What is wrong with the pictures of a paper; the new picture and the difference are written down."""
    found = []
    for number, picture in drawn(document).items():
        path = folder / f"{name}-{number}.png"
        golden = kept(path) if path.exists() else None
        if golden is not None and not is_other(golden, picture):
            continue
        look_at.mkdir(parents=True, exist_ok=True)
        new, apart = look_at / path.name, look_at / f"{path.stem}-difference.png"
        picture.save(new)
        if golden is None:
            words = f"no golden picture for {name}, page {number}: look at it and run make golden: {new}"
        else:
            overlay(golden, picture).save(apart)
            words = f"{name}, page {number} does not look as its golden picture: {new}, {apart}"
        found.append(Fault(picture, path, words))
    return found


def pages_kept(name: str, folder: Path = KEPT) -> set[int]:
    """The pages of which a golden picture is there."""
    places = [re.fullmatch(rf"{re.escape(name)}-(\d+)\.png", path.name) for path in folder.glob("*.png")]
    return {int(place[1]) for place in places if place}


def owner(path: Path) -> str:
    """The name of the paper that a golden picture shows."""
    return path.stem.rpartition("-")[0]


def renew(folder: Path = KEPT, look_at: Path = SHOWN) -> list[str]:
    """Renew the pictures that differ, take away those without a page; gives what was done."""
    folder.mkdir(exist_ok=True)
    changed = []
    for name in GOLDEN:
        document = laid_out(name)
        for fault in faults(name, document, folder=folder, look_at=look_at):
            keep(fault.picture, fault.path)
            changed.append(f"renewed {fault.path.name}")
        for number in sorted(pages_kept(name, folder) - {*shown(len(document.pages))}):
            (folder / f"{name}-{number}.png").unlink()
            changed.append(f"removed {name}-{number}.png")
    for path in sorted(folder.glob("*.png")):
        if owner(path) not in GOLDEN:
            path.unlink()
            changed.append(f"removed {path.name}")
    return changed


def main() -> int:
    """Renews the golden pictures; refuses in CI, where nobody looks at them."""
    if servers.in_ci():
        sys.stderr.write("golden pictures are renewed by people who look at them, never in CI\n")
        return 1
    changed = renew()
    size = sum(path.stat().st_size for path in KEPT.glob("*.png"))
    lines = [*changed, f"{len(changed)} changed; {size / 1e6:.1f} MB; look at what is new under {KEPT}"]
    sys.stdout.write(os.linesep.join(lines) + os.linesep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
