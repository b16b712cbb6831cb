"""Makes the key and certificate of the portal's own electronic signature."""

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from pilot_portal.common import clock
from pilot_portal.documents.signing.system import LABEL

YEARS = 10


SIGNS = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


class Command(BaseCommand):
    """`manage.py seal_key FILE`: an EC P-256 key and a certificate that it signed itself."""

    help = "生成系统校验签名的密钥和自签名证书（PKCS #12）；口令取自环境变量 SEAL_KEY_PASSWORD"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to write it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", default=LABEL, help="证书上的名称")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the files; refuses to overwrite. The certificate also comes alone, to be handed out."""
        password = settings.SEAL_KEY_PASSWORD
        if not password:
            raise CommandError("请先设置环境变量 SEAL_KEY_PASSWORD。")
        target: Path = options["file"]
        now = clock.now()
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, options["name"])])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=365 * YEARS))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(SIGNS, critical=True)
            .sign(key, hashes.SHA256())
        )
        kept = pkcs12.serialize_key_and_certificates(
            options["name"].encode(), key, certificate, None, BestAvailableEncryption(password.encode())
        )
        try:
            with target.open("xb") as stream:
                target.chmod(0o600)
                stream.write(kept)
        except OSError as error:
            raise CommandError(f"不能写入 {target}：{error.strerror}") from error
        alone = target.with_suffix(".pem")
        alone.write_bytes(certificate.public_bytes(Encoding.PEM))
        self.stdout.write(f"已生成 {target} 和证书 {alone}。")
