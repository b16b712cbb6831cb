"""Digests of a file: SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016), read once."""

from typing import Protocol

from cryptography.hazmat.primitives import hashes

CHUNK = 1024 * 1024


class Readable(Protocol):
    """Anything that bytes are read from: a stream, an upload."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""


def digests_of(stream: Readable) -> tuple[str, str]:
    """SHA-256 and SM3 of what is left of a stream, in hexadecimal; the stream stands at its end then."""
    sha256, sm3 = hashes.Hash(hashes.SHA256()), hashes.Hash(hashes.SM3())
    while chunk := stream.read(CHUNK):
        sha256.update(chunk)
        sm3.update(chunk)
    return sha256.finalize().hex(), sm3.finalize().hex()
