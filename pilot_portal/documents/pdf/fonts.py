"""The fonts of the papers: roles, fallback by character, and parsing once per process.

A role (song, hei, kai, fangsong, title …) is a chain of faces. Each character is set in the first face of
the chain that holds it; behind the chain of a role stand the vendored faces, so that an office's own
仿宋_GB2312 may lack a rare name and the name is still printed. A character in no face at all raises
MissingGlyph with its name and place: a paper never shows an empty box.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from string import digits

from pilot_portal.common.errors import Refused
from pilot_portal.documents.pdf.faces import Face

FOLDER = Path(__file__).resolve().parents[3] / "static" / "fonts"
SERIF, SERIF_BOLD = "noto-serif-sc/0.4.3/NotoSerifSC-Regular.ttf", "noto-serif-sc/0.4.3/NotoSerifSC-Bold.ttf"
SANS, SANS_BOLD = "noto-sans-sc/0.4.3/NotoSansSC-Regular.ttf", "noto-sans-sc/0.4.3/NotoSansSC-Bold.ttf"
DEFAULT_ROLES: Mapping[str, tuple[str, ...]] = {
    "song": (SERIF,),
    "song_bold": (SERIF_BOLD,),
    "fangsong": (SERIF,),
    "kai": (SERIF,),
    "title": (SERIF_BOLD,),
    "hei": (SANS,),
    "hei_bold": (SANS_BOLD,),
}
LAST_RESORT = (SERIF, SANS)


class MissingGlyph(Refused):
    """A character stands in none of the fonts. `character` is it, `place` says where it was met."""

    def __init__(self, character: str, place: str = "") -> None:
        self.character, self.place = character, place
        name = unicodedata.name(character, "未命名字符")
        where = f"{place}中的" if place else ""
        super().__init__(
            f"{where}字符“{character}”（U+{ord(character):04X}，{name}）在所有字体中都没有字形，文件未生成。"
            "请改用规范字，或由系统管理员补充字体。"
        )

    def at(self, place: str) -> MissingGlyph:
        """The same with its place."""
        return MissingGlyph(self.character, place)


class UnfitRole(Refused):
    """The settings name a role of type that no paper has."""

    def __init__(self, unknown: Sequence[str]) -> None:
        known = "、".join(DEFAULT_ROLES)
        super().__init__(f"没有这种字体用途：{'、'.join(unknown)}，可用 {known}。请检查 PORTAL_FONTS 设置。")


class Role(dict[str, tuple[Face, float]]):
    """Character → the face that sets it and its width in em; filled as characters are met.

    Raises MissingGlyph.
    """

    def __init__(self, chain: Sequence[Face]) -> None:
        super().__init__()
        self.chain = tuple(chain)

    def __missing__(self, character: str) -> tuple[Face, float]:
        code = ord(character)
        for face in self.chain:
            width = face.width(code)
            if width is not None:
                self[character] = found = (face, width)
                return found
        raise MissingGlyph(character)

    @cached_property
    def columns(self) -> Role:
        """The same with all digits as wide as the widest: figures that stand under each other."""
        role = Role(self.chain)
        widest = max(self[digit][1] for digit in digits)
        role.update({digit: (self[digit][0], widest) for digit in digits})
        return role


class Fonts:
    """All roles. `digest` names the very files, so that a stored paper tells which fonts set it."""

    def __init__(self, roles: Mapping[str, Role]) -> None:
        self._roles = dict(roles)
        seed = "\n".join(
            f"{name} " + " ".join(face.digest for face in role.chain) for name, role in sorted(roles.items())
        )
        self.digest = hashlib.sha256(seed.encode()).hexdigest()

    def __getitem__(self, role: str) -> Role:
        return self._roles[role]


@lru_cache(maxsize=64)
def _face(path: Path) -> Face:
    return Face(path)


@lru_cache(maxsize=8)
def _load(spec: tuple[tuple[str, tuple[str, ...]], ...]) -> Fonts:
    roles = {}
    for name, files in spec:
        # An absolute path stays what it is; a relative one is looked up among the vendored fonts.
        chain = [_face(FOLDER / file) for file in dict.fromkeys((*files, *LAST_RESORT))]
        roles[name] = Role(chain)
    return Fonts(roles)


def load_fonts(settings: Mapping[str, str | Sequence[str]] | None = None) -> Fonts:
    """The fonts of this process; parsed at the first call and kept.

    Takes role → file or files (relative to static/fonts, or absolute); roles that are not named keep the
    vendored fonts. Raises UnfitFont when a file cannot be used, UnfitRole for a role that no paper has.
    """
    unknown = sorted(set(settings or {}) - set(DEFAULT_ROLES))
    if unknown:
        raise UnfitRole(unknown)
    named = {**DEFAULT_ROLES, **(settings or {})}
    chains = {role: (files,) if isinstance(files, str) else tuple(files) for role, files in named.items()}
    return _load(tuple(sorted(chains.items())))
