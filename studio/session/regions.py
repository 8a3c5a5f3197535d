"""The 52 coefficients by the part of the face that they move."""

from __future__ import annotations

from collections.abc import Mapping

from models.pose import ARKIT_NAMES


def _starting(*prefixes: str) -> tuple[str, ...]:
    return tuple(name for name in ARKIT_NAMES if name.startswith(prefixes))


REGIONS: Mapping[str, tuple[str, ...]] = {
    "brows": _starting("brow"),
    "eyelids": _starting("eyeBlink", "eyeSquint", "eyeWide"),
    "eye look": _starting("eyeLook"),
    "cheeks and nose": _starting("cheek", "nose"),
    "jaw": _starting("jaw"),
    "mouth": _starting("mouth"),
    "tongue": _starting("tongue"),
}
"""Every coefficient stands in exactly one region."""


def other_side(name: str) -> str | None:
    """The same coefficient of the other side, None for one that has no sides.

    ``jawLeft``, ``mouthLeft`` and their counterparts are directions rather than sides.
    """
    if name in ("jawLeft", "jawRight", "mouthLeft", "mouthRight"):
        return None
    for mine, others in (("Left", "Right"), ("Right", "Left")):
        if name.endswith(mine):
            return name.removesuffix(mine) + others
    return None
