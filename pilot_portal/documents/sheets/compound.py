"""The directory of an OLE compound file (.xls, .et, encrypted .xlsx): names of its streams, nothing more."""

import struct

from pilot_portal.common.errors import Refused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_ENTRY = 128
_SHIFTS = {9, 12}
_MOST_SECTORS = 100_000
_END = 0xFFFFFFFA
_BROKEN = "文件已损坏，无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"


def _words(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def stream_names(content: bytes) -> set[str]:
    """The names of all streams and storages of a compound file. Raises Refused when it is broken."""
    if len(content) < _HEADER or not content.startswith(MAGIC):
        raise Refused(_BROKEN)
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in _SHIFTS:
        raise Refused(_BROKEN)
    size = 1 << shift

    def sector(number: int) -> bytes:
        start = (number + 1) * size
        if start >= len(content):
            raise Refused(_BROKEN)
        return content[start : start + size]

    (first_directory,) = struct.unpack_from("<I", content, 48)
    (first_difat,) = struct.unpack_from("<I", content, 68)
    table = [number for number in _words(content[76:_HEADER]) if number < _END]
    seen = 0
    while first_difat < _END and seen < _MOST_SECTORS:
        words = _words(sector(first_difat))
        table += [number for number in words[:-1] if number < _END]
        first_difat = words[-1]
        seen += 1
    if len(table) > _MOST_SECTORS:
        raise Refused(_BROKEN)

    per_sector = size // 4
    names: set[str] = set()
    number, steps = first_directory, 0
    while number < _END:
        data = sector(number)
        for start in range(0, len(data) - _ENTRY + 1, _ENTRY):
            length = int.from_bytes(data[start + 64 : start + 66], "little")
            if data[start + 66] and 2 <= length <= 64:  # noqa: PLR2004 - bytes of a name, its end included
                names.add(data[start : start + length - 2].decode("utf-16-le", "replace"))
        steps += 1
        if steps > _MOST_SECTORS or number // per_sector >= len(table):
            raise Refused(_BROKEN)
        words = _words(sector(table[number // per_sector]))
        if number % per_sector >= len(words):
            raise Refused(_BROKEN)
        number = words[number % per_sector]
    return names
