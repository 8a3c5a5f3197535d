"""The branches of an avatar's tri-planes as fields that renderers take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.avatar_parts import AvatarParts
from models.plane_storage import StoredField
from models.reconstruct.analytic_decoder import ABOVE, BELOW, PATTERN, SOLIDITY
from models.render.packed import PackedDecoder, PackedField, pack
from models.triplane.decoder import Decoder
from models.triplane.field import TriplaneField

BRANCHES = ("all", "canonical", "appearance")

_SHAPE = frozenset((*ABOVE, *BELOW, SOLIDITY, *range(PATTERN.start, PATTERN.stop)))
"""Channels that say where a surface is and which side of it: no colour in them."""


@dataclass(frozen=True)
class PackedFields:
    """Fields and decoder in the layout of the fast renderer."""

    fields: list[PackedField]
    decoder: PackedDecoder

    @classmethod
    def of(cls, fields: Sequence[TriplaneField], decoder: Decoder) -> PackedFields:
        """Pack ``fields`` together."""
        return cls(*pack(fields, decoder))


def branch_fields(parts: AvatarParts, branch: str) -> list[TriplaneField]:
    """The fields of a branch in the order of ``Part``.

    ``all`` is T_c + T_p, ``canonical`` is T_c. ``appearance`` keeps of T_c only the channels of
    shape, which leaves every colour at logit zero, mid grey, and adds T_p.
    """
    return [_field(stored, branch) for stored in parts.fields]


def _field(stored: StoredField, branch: str) -> TriplaneField:
    planes = stored.empty()
    stored.canonical.add_to(planes, _SHAPE if branch == "appearance" else None)
    if branch != "canonical":
        stored.appearance.add_to(planes)
    return TriplaneField(planes, stored.center, stored.box_warp)
