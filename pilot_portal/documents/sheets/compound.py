"""The directory of an OLE compound file (.xls, .et, encrypted .xlsx): names of its streams, nothing more."""

import struct
from collections.abc import Iterator

from pilot_portal.common.errors import Refused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_ENTRY = 128
_CLOSING, _LONGEST = 2, 64
_SHIFTS = {9, 12}
_MOST_SECTORS = 50_000
_END = 0xFFFFFFFA
_BROKEN = "文件已损坏，无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"


def _words(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


class _Sectors:
    """The sectors of a compound file and the table that chains them."""

    def __init__(self, content: bytes) -> None:
        (shift,) = struct.unpack_from("<H", content, 30)
        if shift not in _SHIFTS:
            raise Refused(_BROKEN)
        self.content = content
        self.size = 1 << shift
        self.table = [number for number in _words(content[76:_HEADER]) if number < _END]
        (more,) = struct.unpack_from("<I", content, 68)
        for _step in range(_MOST_SECTORS):
            if more >= _END:
                break
            words = _words(self.sector(more))
            self.table += [number for number in words[:-1] if number < _END]
            more = words[-1]

    def sector(self, number: int) -> bytes:
        """One sector. Raises Refused beyond the end of the file."""
        start = (number + 1) * self.size
        if start >= len(self.content):
            raise Refused(_BROKEN)
        return self.content[start : start + self.size]

    def after(self, number: int) -> int:
        """The sector that follows in the chain. Raises Refused where the table has no word on it."""
        index, place = divmod(number, self.size // 4)
        if index >= len(self.table):
            raise Refused(_BROKEN)
        words = _words(self.sector(self.table[index]))
        if place >= len(words):
            raise Refused(_BROKEN)
        return words[place]

    def chain(self, number: int) -> Iterator[bytes]:
        """The sectors of a chain. Raises Refused when it never ends."""
        for _step in range(_MOST_SECTORS):
            if number >= _END:
                return
            yield self.sector(number)
            number = self.after(number)
        raise Refused(_BROKEN)


def stream_names(content: bytes) -> set[str]:
    """The names of all streams and storages of a compound file. Raises Refused when it is broken."""
    if len(content) < _HEADER or not content.startswith(MAGIC):
        raise Refused(_BROKEN)
    (first,) = struct.unpack_from("<I", content, 48)
    names: set[str] = set()
    for data in _Sectors(content).chain(first):
        for start in range(0, len(data) - _ENTRY + 1, _ENTRY):
            length = int.from_bytes(data[start + 64 : start + 66], "little")
            # An entry of kind 0 is unused; the length counts bytes, the closing zero included.
            if data[start + 66] and _CLOSING <= length <= _LONGEST:
                names.add(data[start : start + length - _CLOSING].decode("utf-16-le", "replace"))
    return names
