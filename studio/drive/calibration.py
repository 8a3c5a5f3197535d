"""What the user sets about how a performer moves an avatar; immutable values."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput
from models.pose import ARKIT_INDEX, ARKIT_NAMES

GAIN_RANGE = (-4.0, 4.0)
NECK_SHARE = 0.45
"""As in ``models.track.retarget``, which is too heavy to import for values."""
_SPANS = (-2.0, 3.0)


@dataclass(frozen=True)
class Channel:
    """How one coefficient is carried over.

    Attributes:
        gain: of its change from rest (relative) or of itself (absolute).
        offset: added after that.
        take: values of the performer that count as ``give``; beyond them nothing more happens.
        give: see ``take``.
    """

    gain: float = 1.0
    offset: float = 0.0
    take: tuple[float, float] = (0.0, 1.0)
    give: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        """Refuse what makes no sense, ``ValueError``."""
        if not GAIN_RANGE[0] <= self.gain <= GAIN_RANGE[1]:
            raise ValueError("a gain lies between -4 and 4")
        if not self.take[0] < self.take[1]:
            raise ValueError("the range that is taken is empty")
        if not all(_SPANS[0] <= x <= _SPANS[1] for x in (*self.take, *self.give, self.offset)):
            raise ValueError("a range or offset is out of bounds")


@dataclass(frozen=True, eq=False)
class Table:
    """The channels as arrays (52,): ranges as their low end and their size."""

    gain: NDArray[np.float64]
    offset: NDArray[np.float64]
    low: NDArray[np.float64]
    span: NDArray[np.float64]
    give: NDArray[np.float64]
    reach: NDArray[np.float64]
    ranged: NDArray[np.bool_]


@dataclass(frozen=True)
class Calibration:
    """How a performer's motion becomes the avatar's.

    Attributes:
        relative: the performer's rest is the avatar's, changes are carried over; otherwise
            expression and head direction are taken as they are.
        channels: by coefficient; those not named are carried over unchanged.
        yaw, pitch, roll: gains of the head's turn; negative ones turn a source round.
        gaze: gain of both eyes. shift: gain of the head's way.
        neck_share: part of the turn that the neck makes, the head on it makes the rest.
        lips_meet: in relative transfer, an avatar built from an open mouth closes it when the
            performer's rest is closed, so that lips meet when the performer's do.
        scale_locked: the head keeps its distance to the avatar's camera, so its size its size.
        limited: stay within what avatars can show.
    """

    relative: bool = True
    channels: Mapping[str, Channel] = field(default_factory=dict)
    yaw: float = 1.0
    pitch: float = 1.0
    roll: float = 1.0
    gaze: float = 1.0
    shift: float = 1.0
    neck_share: float = NECK_SHARE
    lips_meet: bool = True
    scale_locked: bool = True
    limited: bool = True

    def __post_init__(self) -> None:
        """Refuse gains and shares out of range, ``ValueError``."""
        for gain in (self.yaw, self.pitch, self.roll, self.gaze, self.shift):
            if not GAIN_RANGE[0] <= gain <= GAIN_RANGE[1]:
                raise ValueError("a gain lies between -4 and 4")
        if not 0.0 <= self.neck_share <= 1.0:
            raise ValueError("the neck's share lies between 0 and 1")

    def with_gain(self, name: str, gain: float) -> Calibration:
        """The gain of a coefficient, of ``yaw pitch roll gaze shift``, or of the ``head``'s turns.

        Raises ``BadInput`` for an unknown name or a gain beyond -4..4.
        """
        if not GAIN_RANGE[0] <= gain <= GAIN_RANGE[1]:
            raise BadInput(f"A gain lies between -4 and 4, not {gain:g}.")
        if name == "head":
            return replace(self, yaw=gain, pitch=gain, roll=gain)
        if name in _GAINS:
            return replace(self, **{name: gain})  # type: ignore[arg-type]
        if name not in ARKIT_INDEX:
            known = ", ".join((*_GAINS, "head"))
            raise BadInput(f"{name!r} is no ARKit coefficient and none of {known}.")
        channel = replace(self.channels.get(name, Channel()), gain=gain)
        return replace(self, channels={**self.channels, name: channel})

    @functools.cached_property
    def table(self) -> Table:
        """The channels as arrays."""
        rows = [self.channels.get(name, Channel()) for name in ARKIT_NAMES]
        take, give = (np.array([getattr(row, n) for row in rows]) for n in ("take", "give"))
        return Table(
            gain=np.array([row.gain for row in rows]),
            offset=np.array([row.offset for row in rows]),
            low=take[:, 0],
            span=take[:, 1] - take[:, 0],
            give=give[:, 0],
            reach=give[:, 1] - give[:, 0],
            ranged=np.array([(r.take, r.give) != ((0.0, 1.0), (0.0, 1.0)) for r in rows]),
        )


_GAINS = ("yaw", "pitch", "roll", "gaze", "shift")
