"""Keys, signatures and forgeries of the tests; every key is made for one test and thrown away."""

import datetime as dt
from io import BytesIO, StringIO
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.management import call_command
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from pilot_portal.documents.management.commands.seal_key import SIGNS
from tests.factories import NOW

PASSWORD = "only-for-this-test"
YEAR = dt.timedelta(days=3650)


def portal_key(folder: Path) -> Path:
    """The portal's own key as the command makes it; SEAL_KEY_PASSWORD must be set to PASSWORD."""
    target = folder / "seal.p12"
    call_command("seal_key", str(target), stdout=StringIO())
    return target


def certificate(folder: Path, name: str, *, stamps: bool = False) -> tuple[Path, Path]:
    """Key and certificate (PEM files) of a made-up body; `stamps`: of a time-stamp server."""
    # pyHanko's own time-stamp server, made for tests, knows RSA alone.
    key = rsa.generate_private_key(65537, 2048) if stamps else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - YEAR)
        .not_valid_after(NOW + YEAR)
        .add_extension(SIGNS, critical=True)
    )
    if stamps:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    made = builder.sign(key, hashes.SHA256())
    key_file, certificate_file = folder / f"{name}.key", folder / f"{name}.pem"
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate_file.write_bytes(made.public_bytes(Encoding.PEM))
    return key_file, certificate_file


def sealed_by(body: tuple[Path, Path], pdf: bytes, *, field: str = "Seal") -> bytes:
    """The PDF with the electronic seal of a body, as its own program sets it."""
    signer = signers.SimpleSigner.load(str(body[0]), str(body[1]))
    target = BytesIO()
    signers.sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)),
        signers.PdfSignatureMetadata(field_name=field, subfilter=fields.SigSeedSubFilter.PADES),
        signer=signer,
        new_field_spec=fields.SigFieldSpec(field, on_page=0, box=(300, 300, 420, 420)),
        output=target,
    )
    return target.getvalue()


def covered(pdf: bytes) -> bytes:
    """The PDF with something painted over its first page, as an incremental update."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    painted = generic.StreamObject(stream_data=b"q 1 0 0 rg 100 400 300 100 re f Q")
    writer.add_stream_to_page(0, writer.add_object(painted))
    target = BytesIO()
    writer.write(target)
    return target.getvalue()
