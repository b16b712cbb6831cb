"""Electronic signatures of a PDF, and what was added to it since (pyHanko; ISO 32000-2 12.8, EN 319 142).

Nothing is fetched from anywhere: whether a certificate was revoked is not asked.
"""

import logging
from io import BytesIO

from asn1crypto import pem, x509
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    FormUpdatingRule,
    ModificationLevel,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.constants import ACROFORM_EXEMPT_STRICT_COMPARISON
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

from pilot_portal.documents.scans.finding import CHANGED, NOTHING, SEALED, Seal

HARMLESS = frozenset({ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING})
# As pyHanko judges what came after a signature; here the first bytes are a paper that nobody has signed yet,
# so that the first signature also sets the flag that there is one.
POLICY = StandardDiffPolicy(
    global_rules=DEFAULT_DIFF_POLICY.global_rules,
    form_rule=FormUpdatingRule(
        field_rules=[SigFieldCreationRule(), SigFieldModificationRule()],
        ignored_acroform_keys={*ACROFORM_EXEMPT_STRICT_COMPARISON, "/SigFlags"},
    ),
)
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


def roots_of(content: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file."""
    if not content:
        return []
    return [x509.Certificate.load(der) for _name, _headers, der in pem.unarmor(content, multiple=True)]


def seals_of(content: bytes, roots: bytes = b"") -> tuple[Seal, ...]:
    """The electronic signatures of a PDF, each checked; none where there are none.

    Raises PdfReadError for what is no readable PDF.
    """
    reader = PdfFileReader(BytesIO(content), strict=False)
    if reader.encrypted:
        return ()
    trusted = roots_of(roots)
    return tuple(_seal(signature, trusted) for signature in reader.embedded_regular_signatures)


def _seal(signature: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> Seal:
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    try:
        status = validate_pdf_signature(signature, signer_validation_context=context)
    except (SignatureValidationError, PdfReadError, ValueError, NotImplementedError, KeyError, TypeError):
        return Seal(signer=_name(signature), unknown=True)
    stamped = status.timestamp_validity is not None and status.timestamp_validity.intact
    at = status.signer_reported_dt
    return Seal(
        signer=_common(status.signing_cert.subject),
        issuer=_common(status.signing_cert.issuer),
        intact=status.intact and status.valid,
        changed=status.modification_level not in HARMLESS,
        at=at.isoformat() if at else "",
        stamped=stamped,
        trusted=status.trusted,
    )


def _common(name: x509.Name) -> str:
    return str(name.native.get("common_name") or name.native.get("organization_name") or "")[:120]


def _name(signature: EmbeddedPdfSignature) -> str:
    try:
        return _common(signature.signer_cert.subject)
    except (SignatureValidationError, ValueError, AttributeError, KeyError, TypeError):
        return ""


def changes(original: bytes, content: bytes) -> str:
    """What was added to a PDF that begins with the very bytes of the original.

    Gives NOTHING, SEALED (signatures and nothing else) or CHANGED. A viewer shows what was added last; a
    signature program that only asks whether signed bytes are intact does not see it (pdfsig does not).
    """
    if content == original:
        return NOTHING
    if not content[len(original) :].strip():
        return NOTHING
    try:
        base = PdfFileReader(BytesIO(original), strict=False).xrefs.total_revisions - 1
        reader = PdfFileReader(BytesIO(content), strict=False)
        if reader.xrefs.total_revisions <= base + 1:
            return CHANGED
        result = POLICY.review_file(reader, base)
    except (PdfReadError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return CHANGED
    if isinstance(result, SuspiciousModification) or result.modification_level not in HARMLESS:
        return CHANGED
    return SEALED if reader.embedded_regular_signatures else CHANGED
