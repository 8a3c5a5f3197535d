"""Who a synthetic person is: everything that chance decides, drawn once from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.head.assemble import Identity
from models.head.open_head import OpenHeadData
from models.pose import Pose

FloatArray = NDArray[np.float32]
Colour = tuple[float, float, float]

_SKIN = (
    (0.30, 0.19, 0.145), (0.45, 0.305, 0.235), (0.62, 0.45, 0.36), (0.78, 0.605, 0.51),
    (0.875, 0.72, 0.64),
)  # fmt: skip
_HAIR: tuple[Colour, ...] = (
    (0.075, 0.06, 0.055), (0.16, 0.105, 0.075), (0.30, 0.195, 0.125), (0.44, 0.24, 0.13),
    (0.66, 0.52, 0.35), (0.60, 0.59, 0.58),
)  # fmt: skip
_IRIS: tuple[Colour, ...] = (
    (0.20, 0.13, 0.09), (0.36, 0.25, 0.17), (0.34, 0.37, 0.24), (0.32, 0.42, 0.50),
)  # fmt: skip
_SHIRT: tuple[Colour, ...] = (
    (0.16, 0.21, 0.31), (0.42, 0.16, 0.17), (0.22, 0.33, 0.27), (0.62, 0.60, 0.55),
    (0.30, 0.29, 0.32), (0.55, 0.40, 0.20),
)  # fmt: skip
_EXPRESSIONS: tuple[dict[str, float], ...] = (
    {},
    {
        "mouthSmileLeft": 0.5,
        "mouthSmileRight": 0.5,
        "cheekSquintLeft": 0.2,
        "cheekSquintRight": 0.2,
    },
    {"jawOpen": 0.22, "browInnerUp": 0.35},
    {"mouthPressLeft": 0.4, "mouthPressRight": 0.4, "browDownLeft": 0.4, "browDownRight": 0.4},
    {"mouthSmileLeft": 0.55, "mouthSmileRight": 0.5, "jawOpen": 0.12},
)
_SPREAD = 0.75
"""Standard deviation of the identity coefficients: 1 is the population, with some odd heads."""


@dataclass(frozen=True)
class Hairstyle:
    """Lengths in canonical units.

    ``thickness`` over the crown, ``side`` at the temples; ``nape`` is the height of the lower end
    behind the ears, ``line`` the height of the hairline in front, ``peak`` how far it dips in the
    middle; ``locks`` the depth of its waves.
    """

    thickness: float
    side: float
    nape: float
    line: float
    peak: float
    locks: float


@dataclass(frozen=True)
class Person:
    """One made-up person with an expression. Colours are sRGB reflectances."""

    seed: int
    identity: Identity
    pose: Pose
    skin: Colour
    hair: Colour
    iris: Colour
    shirt: Colour
    hairstyle: Hairstyle
    stubble: float

    def rng(self, purpose: int) -> np.random.Generator:
        """Chance for one part of the picture, independent of all other parts."""
        return np.random.default_rng((self.seed, purpose))


def draw_person(head: OpenHeadData, seed: int) -> Person:
    """Draw the person number ``seed``; expression, skin and hair go round with the number."""
    rng = np.random.default_rng(seed)
    shape = np.clip(rng.normal(0, _SPREAD, len(head.shape_basis)), -1.8, 1.8)
    long_hair = seed % 2 == 1
    skin = _between(_SKIN, (0.66 + 0.618 * seed) % 1.0)
    gaze = np.asarray(rng.normal(0, 0.05, 2), np.float32)
    pose = Pose.neutral().with_blendshapes(_EXPRESSIONS[seed % len(_EXPRESSIONS)])
    return Person(
        seed=seed,
        identity=Identity(
            shape=shape.astype(np.float32),
            offsets=np.zeros((len(head.region), 3), np.float32),
            iris_ratio=float(rng.uniform(0.35, 0.39)),
            eye_axis=np.zeros((2, 2), np.float32),
        ),
        pose=pose.replace(gaze_left=gaze, gaze_right=gaze),
        skin=skin,
        hair=_hair_colour(skin, seed),
        iris=_IRIS[int(rng.integers(len(_IRIS)))],
        shirt=_SHIRT[seed % len(_SHIRT)],
        hairstyle=Hairstyle(
            thickness=float(rng.uniform(0.030, 0.050)),
            side=float(rng.uniform(0.046, 0.058) if long_hair else rng.uniform(0.010, 0.016)),
            nape=float(rng.uniform(-0.32, -0.25) if long_hair else rng.uniform(-0.13, -0.10)),
            line=float(rng.uniform(0.165, 0.195)),
            peak=float(rng.uniform(-0.01, 0.02)),
            locks=float(rng.uniform(0.002, 0.006)),
        ),
        stubble=0.0 if long_hair else float(rng.uniform(0.1, 0.6)),
    )


def _hair_colour(skin: Colour, seed: int) -> Colour:
    """A hair colour; dark skin goes with dark hair."""
    choices = _HAIR if skin[0] > 0.7 else _HAIR[:3]
    return choices[(1 + seed + seed // 2) % len(choices)]


def _between(palette: tuple[Colour, ...], share: float) -> Colour:
    """A colour ``share`` (0..1) of the way through a palette."""
    stops = np.linspace(0, 1, len(palette))
    red, green, blue = (float(np.interp(share, stops, [c[k] for c in palette])) for k in range(3))
    return red, green, blue
