"""The identity space: principal components of random MakeHuman heads."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from head_bake.makehuman import Floats, Ints, MakeHuman, Targets

SAMPLES = 700
COMPONENTS = 80
"""Enough for the random heads of the landmark search; the head file keeps the first 64."""

_RACES = ("african", "asian", "caucasian")
_GENDERS = ("female", "male")
_AGES = ("baby", "child", "young", "old")
_LOCAL = (
    "cheek", "chin", "ears", "eyebrows", "eyes", "forehead", "head", "mouth", "neck", "nose",
)  # fmt: skip
_LEFT_OUT = (
    "head/head-age", "head-trans", "head-angle", "chin-triangle", "neck-trans", "head-fat",
)  # fmt: skip
"""Targets that pose or age the head as a whole, or crease it."""
_POLES = frozenset(
    ("decr", "incr", "in", "out", "up", "down", "backward", "forward", "concave", "convex",
     "compress", "uncompress")
)  # fmt: skip
_LOCAL_SIGMA = 0.45
_ASYMMETRY = 0.08


@dataclass(frozen=True)
class IdentitySpace:
    """Heads as ``mean + shape @ basis``, in decimetres.

    Attributes:
        used: (n,) base-mesh vertices of the skin.
        mean: (n + E, 3) average skin, then average named points.
        basis: (COMPONENTS, n + E, 3) displacement at one standard deviation.
        points: (E, N) rows that make the named points from the base mesh.
        point_names: (E) their names.
        growth: size of the average over the base mesh, for displacements modelled on the latter.
    """

    used: Ints
    mean: Floats
    basis: Floats
    points: Floats
    point_names: tuple[str, ...]
    growth: float

    @property
    def skin_count(self) -> int:
        """Number of skin vertices n."""
        return len(self.used)

    def restrict(self, moved: Floats) -> Floats:
        """Skin and named points (n + E, 3) of whole-mesh positions or displacements (N, 3)."""
        return np.concatenate([moved[self.used], self.points @ moved])

    def target(self, targets: Targets, name: str) -> Floats:
        """A target (n + E, 3) at the average's size."""
        return self.restrict(targets.dense(name)) * self.growth

    def point(self, name: str) -> int:
        """Row of a named point."""
        return self.skin_count + self.point_names.index(name)


def identity_space(source: MakeHuman, used: Ints, *, seed: int = 0) -> IdentitySpace:
    """Sample heads, align them by scale and translation, and take principal components.

    Args:
        source: MakeHuman data.
        used: (n,) base-mesh vertices of the skin.
        seed: of the random heads.
    """
    names, rows = source.named_points()
    vertices = source.mesh.vertices
    sampler = _Sampler(source.targets, len(vertices))
    rng = np.random.default_rng(seed)
    heads = []
    for _ in range(SAMPLES):
        moved = vertices + sampler.draw(rng)
        heads.append(np.concatenate([moved[used], rows @ moved]))
    skin = vertices[used]
    face = ((skin[:, 2] > 0.4) & (skin[:, 1] > 6.1)).astype(float) + 0.1
    aligned, mean = _align_all(np.array(heads), face / face.sum())
    _, sizes, directions = np.linalg.svd((aligned - mean).reshape(SAMPLES, -1), full_matrices=False)
    # Signs are the solver's whim: choose those that agree with one fixed direction.
    fixed = np.random.default_rng(seed).normal(size=directions.shape[1])
    directions *= np.sign(directions @ fixed)[:, None]
    spread = sizes[:COMPONENTS] / np.sqrt(SAMPLES)
    average = mean[: len(used)]
    growth = np.linalg.norm(average - average.mean(0)) / np.linalg.norm(skin - skin.mean(0))
    return IdentitySpace(
        used=used,
        mean=mean,
        basis=(directions[:COMPONENTS] * spread[:, None]).reshape(COMPONENTS, -1, 3),
        points=rows,
        point_names=names,
        growth=float(growth),
    )


def _align_all(heads: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Scale and shift (S, n + E, 3) heads onto their average, three rounds; and the average."""
    mean = heads[0]
    for _ in range(3):
        heads = np.array([_align(head, mean, weights) for head in heads])
        mean = heads.mean(0)
    return heads, mean


def _align(head: Floats, mean: Floats, weights: Floats) -> Floats:
    count = len(weights)
    centre = (head[:count] * weights[:, None]).sum(0)
    goal = (mean[:count] * weights[:, None]).sum(0)
    a, b = head[:count] - centre, mean[:count] - goal
    scale = (weights * (a * b).sum(1)).sum() / (weights * (a * a).sum(1)).sum()
    return np.asarray((head - centre) * scale + goal)


@dataclass(frozen=True)
class _Member:
    """One target of a slider."""

    index: Ints
    delta: Floats
    sign: int
    """1 or -1: the side of the slider it lies on."""
    one_sided: bool
    """Whether it moves only the left or the right half of the face."""


class _Sampler:
    """Random heads: a mixture of race, gender and age, then local sliders."""

    def __init__(self, targets: Targets, vertex_count: int) -> None:
        macros = [
            targets.dense(f"macrodetails/{race}-{gender}-{age}")
            for race, gender, age in itertools.product(_RACES, _GENDERS, _AGES)
        ]
        sizes = (len(_RACES), len(_GENDERS), len(_AGES), vertex_count, 3)
        self._macros: Floats = np.stack(macros).reshape(sizes)
        self._sliders = [_members(targets, names) for names in _sliders(targets.names)]

    def draw(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Displacement (N, 3) of one random head."""
        race = rng.dirichlet([0.6] * 3)
        male = rng.beta(0.5, 0.5)
        age = rng.dirichlet([0.15, 0.3, 1.2, 0.5])
        mixture = np.einsum("i,j,k->ijk", race, np.array([1 - male, male]), age)
        moved: Floats = np.tensordot(mixture, self._macros, 3)
        for members in self._sliders:
            amount = rng.normal(0, _LOCAL_SIGMA)
            for member in members:
                weight = max(0.0, member.sign * amount)
                if member.one_sided:
                    weight *= 1 + rng.normal(0, _ASYMMETRY)
                moved[member.index] += weight * member.delta
        return moved


def _sliders(names: tuple[str, ...]) -> list[list[str]]:
    """Local targets grouped: both directions and both sides of the face share one slider."""
    sliders: dict[str, list[str]] = {}
    for name in names:
        if name.split("/")[0] not in _LOCAL or any(part in name for part in _LEFT_OUT):
            continue
        stem, _, pole = name.rpartition("-")
        key = (stem if pole in _POLES else name).replace("/l-", "/").replace("/r-", "/")
        sliders.setdefault(key, []).append(name)
    return list(sliders.values())


def _members(targets: Targets, names: list[str]) -> list[_Member]:
    poles = sorted({name.rpartition("-")[2] for name in names})
    members = []
    for name in names:
        opposite = len(poles) == 2 and name.rpartition("-")[2] == poles[0]
        one_sided = "/l-" in name or "/r-" in name
        members.append(_Member(*targets.sparse(name), -1 if opposite else 1, one_sided))
    return members
