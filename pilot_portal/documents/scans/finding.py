"""What was found in a file, as it travels between the processes and into the database."""

from dataclasses import asdict, dataclass, field
from typing import Any

# What was added after a file's first bytes: nothing that shows, a seal or signature only, or anything else.
NOTHING, SEALED, CHANGED = "nothing", "sealed", "changed"


@dataclass(frozen=True, slots=True)
class Seal:
    """One electronic signature of a PDF.

    Attributes:
        signer: whose certificate it is, as the certificate says; may name a person.
        issuer: who gave the certificate.
        intact: the signed bytes are as they were signed, and the signature is the certificate's.
        changed: something else than further signatures was added since.
        at: when it was signed, as the signer's machine says (ISO 8601); empty where it does not say.
        stamped: whether a time-stamp server confirms the time.
        trusted: the certificate comes from an issuer whom this portal was told to trust.
        unknown: the algorithm cannot be checked here (SM2): nothing is said about it.
    """

    signer: str = ""
    issuer: str = ""
    intact: bool = False
    changed: bool = False
    at: str = ""
    stamped: bool = False
    trusted: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a file holds.

    Attributes:
        pages: pages of the PDF; an image is one.
        codes: the verification codes of all QR codes on its pages, 32 hex digits each, in order, once.
        seals: its electronic signatures.
        strange: a QR code was read that is none of this portal's.
    """

    pages: int = 0
    codes: tuple[str, ...] = ()
    seals: tuple[Seal, ...] = field(default_factory=tuple)
    strange: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Finding":
        """The same from plain data."""
        seals = tuple(Seal(**seal) for seal in data["seals"])
        return cls(data["pages"], tuple(data["codes"]), seals, data["strange"])
