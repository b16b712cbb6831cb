"""The canonical JSON of a paper: exactly what it prints, for its audience, and nothing else.

The data class of a form holds what the form prints, so its fields are the projection. Labels (`words`)
are left out, as is the address behind the QR.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from decimal import Decimal

from pilot_portal.documents.pdf.page import Imprint

LEFT_OUT = frozenset({"words"})


def _plain(value: object) -> object:
    if isinstance(value, Imprint):
        return {"digest": value.digest, "number": value.number, "version": value.version}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = (field.name for field in dataclasses.fields(value) if field.name not in LEFT_OUT)
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (str, int)):
        return value
    message = f"{type(value).__name__} has no place on a paper"
    raise TypeError(message)


def canonical(data: object) -> bytes:
    """Canonical JSON (UTF-8, sorted keys, no spaces) of a form's data class.

    Raises TypeError for values of other kinds.
    """
    return json.dumps(_plain(data), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
