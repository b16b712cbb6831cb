"""The portal's own electronic signature: PAdES B-B, B-T where a time-stamp server is set; EC P-256.

It proves that a file came from this portal and was not changed. It is no body's seal: its field reads
「系统校验签名，不代替公章」 and stands in the upper left corner, never where a seal goes.
"""

import datetime as dt
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import pikepdf
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from django.conf import settings
from pyhanko.pdf_utils.content import ImportedPdfPage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.sign import fields, signers, timestamps
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pilot_portal.common import clock
from pilot_portal.documents.pdf import Document, load_fonts, save
from pilot_portal.documents.pdf.page import GREY, MM, Page
from pilot_portal.documents.pdf.text import Style, draw_text
from pilot_portal.documents.signing.backend import SealFailed

LABEL = "系统校验签名"
FIELD_NAME = "PortalSignature"
WORDS = "系统校验签名，不代替公章"
WIDTH, HEIGHT = 46 * MM, 8 * MM
LEFT, TOP = 20 * MM, 6 * MM
TIMEOUT = 10


class SystemSeal:
    """Signs with the key of SEAL_KEY_FILE (PKCS #12, password SEAL_KEY_PASSWORD), parsed once.

    Raises SealFailed when it cannot be read or holds another key than EC P-256.
    """

    label = LABEL

    def __init__(self) -> None:
        self._signer = _load(Path(settings.SEAL_KEY_FILE), settings.SEAL_KEY_PASSWORD)
        url = settings.SEAL_TSA_URL
        self._timestamper = timestamps.HTTPTimeStamper(url, timeout=TIMEOUT) if url else None

    def seal(self, pdf: bytes, *, at: dt.datetime) -> bytes:
        """The paper with the portal's signature behind it. Raises SealFailed."""
        with pikepdf.open(BytesIO(pdf)) as opened:
            box = opened.pages[0].mediabox
            top = float(box[3]) - TOP
        place = (round(LEFT), round(top - HEIGHT), round(LEFT + WIDTH), round(top))
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD_NAME,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            name=LABEL,
            reason=WORDS,
        )
        target = BytesIO()
        # pyHanko takes the page that becomes the field's face from a named file.
        with NamedTemporaryFile(suffix=".pdf") as face:
            face.write(_face(at))
            face.flush()
            signer = signers.PdfSigner(
                metadata,
                self._signer,
                timestamper=self._timestamper,
                stamp_style=_style(face.name),
                new_field_spec=fields.SigFieldSpec(FIELD_NAME, on_page=0, box=place),
            )
            _sign(signer, pdf, target)
        return target.getvalue()


def _sign(signer: signers.PdfSigner, pdf: bytes, target: BytesIO) -> None:
    try:
        signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=target)
    except (timestamps.TimestampRequestError, OSError) as error:
        raise SealFailed(str(error)) from error


def _face(at: dt.datetime) -> bytes:
    """What the field shows: set by our own kit, so that its letters are embedded like all others."""
    fonts = load_fonts(settings.PORTAL_FONTS)
    page = Page(WIDTH, HEIGHT)
    page.rule(0.4, 0.4, WIDTH - 0.4, 0.4, 0.6, GREY)
    page.rule(0.4, HEIGHT - 0.4, WIDTH - 0.4, HEIGHT - 0.4, 0.6, GREY)
    page.rule(0.4, 0.4, 0.4, HEIGHT - 0.4, 0.6, GREY)
    page.rule(WIDTH - 0.4, 0.4, WIDTH - 0.4, HEIGHT - 0.4, 0.6, GREY)
    draw_text(page, WORDS, Style("hei", 8, align="center", colour=GREY), fonts, 0, 10, WIDTH)
    moment = f"{clock.beijing(at):%Y-%m-%d %H:%M}（北京时间）"
    draw_text(page, moment, Style("song", 7, align="center", colour=GREY), fonts, 0, 19, WIDTH)
    return save(Document(WORDS, (page,)), fonts)


def _style(face: str) -> StaticStampStyle:
    """As drawn, filling the field."""
    background = ImportedPdfPage(face)
    layout = SimpleBoxLayoutRule(
        AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins.uniform(0), InnerScaling.STRETCH_TO_FIT
    )
    return StaticStampStyle(
        border_width=0, background=background, background_layout=layout, background_opacity=1
    )


def _load(path: Path, password: str) -> signers.SimpleSigner:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(
            path.read_bytes(), password.encode() or None
        )
    except (OSError, ValueError) as error:
        raise SealFailed(f"SEAL_KEY_FILE cannot be read: {error}") from error
    is_p256 = isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp256r1"
    if not is_p256 or key is None or certificate is None:
        raise SealFailed("SEAL_KEY_FILE must hold an EC P-256 key and its certificate")
    raw = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()
    chain = [x509.Certificate.load(found.public_bytes(Encoding.DER)) for found in (certificate, *others)]
    store.register_multiple(chain)
    return signers.SimpleSigner(chain[0], keys.PrivateKeyInfo.load(raw), store)
