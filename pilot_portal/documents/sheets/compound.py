"""OLE compound files (.xls, .et, locked .xlsx): the names of their streams, and one stream's bytes.

Every chain of sectors is bounded by the size of the file: a chain that bites its tail is a broken file.
"""

from __future__ import annotations

import struct
import sys
from array import array
from dataclasses import dataclass

from pilot_portal.common.errors import Refused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BROKEN = "文件已损坏，无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
_HEADER = 512
_ENTRY = 128
_SHIFTS = {9, 12}
_MINI_SHIFT = 6
# Below this a stream lies in the small sectors: fixed by the format, every reader finds the same bytes.
_MINI_LIMIT = 4096
# Numbers from here on mean "end of chain" and the like.
_END = 0xFFFFFFFA
_STREAM, _ROOT = 2, 5
_MOST_HOLDERS_IN_HEADER = 109


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    first: int
    size: int


def _words(data: bytes) -> array[int]:
    words = array("I", data[: len(data) // 4 * 4])
    if sys.byteorder == "big":
        words.byteswap()
    return words


class Compound:
    """A compound file that lies in memory. Raises Refused wherever it contradicts itself."""

    def __init__(self, content: bytes) -> None:
        if len(content) < _HEADER or not content.startswith(MAGIC):
            raise Refused(BROKEN)
        self._content = content
        shift, mini_shift = struct.unpack_from("<HH", content, 30)
        if shift not in _SHIFTS or mini_shift != _MINI_SHIFT:
            raise Refused(BROKEN)
        self._size = 1 << shift
        self._sectors = len(content) // self._size + 1
        mini_limit, self._first_mini = struct.unpack_from("<2I", content, 56)
        if mini_limit != _MINI_LIMIT:
            raise Refused(BROKEN)
        self._table = self._sector_table()
        self._entries = self._directory()

    @property
    def names(self) -> set[str]:
        """The names of all streams and storages."""
        return {entry.name for entry in self._entries}

    def stream(self, *names: str) -> bytes:
        """The bytes of the stream that bears the first of these names that is there, in any case.

        Names are asked for in the order in which the reader behind asks for them.
        """
        entries = {entry.name.casefold(): entry for entry in reversed(self._entries)}
        entry = next((entries[name.casefold()] for name in names if name.casefold() in entries), None)
        if entry is None or entry.kind != _STREAM:
            raise Refused(BROKEN)
        if entry.size >= _MINI_LIMIT:
            return self._chain(entry.first)[: entry.size]
        return self._mini(entry)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._content):
            raise Refused(BROKEN)
        return self._content[start : start + self._size]

    def _sector_table(self) -> array[int]:
        """Which sector follows which, from the sectors that say so."""
        holders = [number for number in _words(self._content[76:_HEADER]) if number < _END]
        (following,) = struct.unpack_from("<I", self._content, 68)
        steps = 0
        # Twice as many as the file's sectors need, for writers that leave room.
        most = 2 * (self._sectors * 4 // self._size) + _MOST_HOLDERS_IN_HEADER
        while following < _END:
            words = _words(self._sector(following))
            holders += [number for number in words[:-1] if number < _END]
            following = words[-1]
            steps += 1
            if steps > self._sectors or len(holders) > most:
                raise Refused(BROKEN)
        if len(holders) > most:
            raise Refused(BROKEN)
        table = array("I")
        for holder in holders:
            table += _words(self._sector(holder))
        return table

    def _chain(self, first: int) -> bytes:
        parts: list[bytes] = []
        number = first
        while number < _END:
            if len(parts) > self._sectors or number >= len(self._table):
                raise Refused(BROKEN)
            parts.append(self._sector(number))
            number = self._table[number]
        return b"".join(parts)

    def _directory(self) -> list[_Entry]:
        (first,) = struct.unpack_from("<I", self._content, 48)
        data = self._chain(first)
        entries = []
        for start in range(0, len(data) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", data, start + 64)
            begin, size = struct.unpack_from("<II", data, start + 116)
            if kind and 2 <= length <= 64:  # noqa: PLR2004 - bytes of a name, its end included
                name = data[start : start + length - 2].decode("utf-16-le", "replace")
                entries.append(_Entry(name, kind, begin, size))
        return entries

    def _mini(self, entry: _Entry) -> bytes:
        """A small stream: its pieces of 64 bytes lie inside of the root's stream."""
        root = next((e for e in self._entries if e.kind == _ROOT), None)
        if root is None:
            raise Refused(BROKEN)
        space, table = self._chain(root.first), _words(self._chain(self._first_mini))
        parts: list[bytes] = []
        number = entry.first
        while number < _END and len(parts) << _MINI_SHIFT < entry.size:
            if number >= len(table):
                raise Refused(BROKEN)
            parts.append(space[number << _MINI_SHIFT : (number + 1) << _MINI_SHIFT])
            number = table[number]
        return b"".join(parts)[: entry.size]
