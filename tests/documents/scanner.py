"""What scanners and phones make of a printed page: turned, noisy, compressed, seen askew, folded."""

import random
from io import BytesIO

import pikepdf
import pypdfium2
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from institutions import documents as application_papers
from pilot_portal.common import clock
from pilot_portal.documents import operations, queries
from tests.documents.jobs import sweep_at

POINTS = 72
FAULTS = ("turned", "noisy", "askew", "creased", "all")


def page_of(pdf: bytes, number: int, dpi: int) -> Image.Image:
    """A page as it comes out of the printer, in grey."""
    with pypdfium2.PdfDocument(pdf) as opened:
        page = opened[number]
        image = page.render(scale=dpi / POINTS, grayscale=True).to_pil()
        page.close()
        return image


def scanned(page: Image.Image, fault: str, seed: int) -> bytes:
    """The page as a JPEG of quality 60 with a fault; the seed decides how much of it."""
    chance = random.Random(seed)
    image = page
    if fault in {"creased", "all"}:
        image = _creased(image, chance)
    if fault in {"turned", "all"}:
        image = image.rotate(chance.uniform(-3, 3), Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    if fault in {"askew", "all"}:
        image = _askew(image, chance)
    if fault in {"noisy", "all"}:
        image = _noisy(image, chance)
    target = BytesIO()
    image.save(target, "JPEG", quality=60)
    return target.getvalue()


def _noisy(image: Image.Image, chance: random.Random) -> Image.Image:
    """Grain and a slight blur. Pillow's own noise takes no seed: ours is drawn small and repeated."""
    tile = Image.frombytes("L", (256, 256), chance.randbytes(256 * 256))
    grain = Image.new("L", image.size)
    for left in range(0, image.width, 256):
        for top in range(0, image.height, 256):
            grain.paste(tile, (left, top))
    strength = chance.uniform(0.15, 0.3)
    soft = image.filter(ImageFilter.GaussianBlur(chance.uniform(0, 0.6)))
    return Image.blend(soft, grain, strength)


def _askew(image: Image.Image, chance: random.Random) -> Image.Image:
    """A phone held not quite above the page, on a grey table; the whole page is in the picture."""
    width, height = image.size
    most = 0.07
    corners = [
        (x + right * chance.uniform(0, most) * width, y + down * chance.uniform(0, most) * height)
        for x, y, right, down in (
            (0, 0, -1, -1),
            (0, height, -1, 1),
            (width, height, 1, 1),
            (width, 0, 1, -1),
        )
    ]
    quad = tuple(value for corner in corners for value in corner)
    shot = image.transform(image.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=150)
    # Light falls from one side.
    shade = Image.linear_gradient("L").resize(image.size).point(lambda value: 255 - value // 4)
    return ImageChops.multiply(shot, shade)


def _creased(image: Image.Image, chance: random.Random) -> Image.Image:
    """Folded twice: a bright and a dark line across the page, one of them through the code."""
    folded = image.copy()
    pen = ImageDraw.Draw(folded)
    width, height = image.size
    for share in (chance.uniform(0.04, 0.12), chance.uniform(0.3, 0.7)):
        y = height * share
        slope = height * chance.uniform(-0.02, 0.02)
        pen.line((0, y, width, y + slope), fill=225, width=max(1, height // 900))
        pen.line((0, y + 2, width, y + slope + 2), fill=110, width=max(1, height // 1200))
    return folded


def paper_of(case, by):
    """The built print set of the newest version, and its row."""
    version = case.versions.order_by("-version")[0]
    paper = operations.request_paper(application_papers.APPLICATION_SET, version, by=by, at=clock.now())
    sweep_at(clock.now())
    paper.refresh_from_db()
    assert paper.status == "DONE", paper.error
    return paper, version


def scan_of(content, pages=None, name="盖章扫描件.pdf"):
    """The print set as a scanner gives it back, all pages or some."""
    with pikepdf.open(BytesIO(content)) as pdf:
        count = len(pdf.pages)
    images = [page_of(content, number, 150) for number in (pages if pages is not None else range(count))]
    target = BytesIO()
    images[0].save(target, "PDF", save_all=True, append_images=images[1:], resolution=150)
    return SimpleUploadedFile(name, target.getvalue())


def drop(by, *files):
    readings = operations.upload_scans(files, by=by, at=clock.now())
    sweep_at(clock.now())
    return [queries.my_scans(by.user_id).get(pk=reading.pk) for reading in readings]
