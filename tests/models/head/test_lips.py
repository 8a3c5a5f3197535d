from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.animate.proxy import Part
from models.animate.rig import mouth_opening
from models.head.assemble import HeadMesh, Region, assemble_head, skin_landmarks
from models.head.landmarks import INNER_LIPS_LOWER, INNER_LIPS_UPPER
from models.head.lips import lip_seal
from models.head.open_head import load_open_head
from models.pose import Pose
from tests.models.head.people import identity

PHOTO = Pose.neutral().with_blendshapes({"jawOpen": 0.3})
AJAR = 0.008


def _gap(skin: np.ndarray) -> np.ndarray:
    """How far the inner lips stand apart at their nine inner landmarks."""
    marks = skin_landmarks(load_open_head(), skin)
    return marks[list(INNER_LIPS_UPPER[1:-1]), 1] - marks[list(INNER_LIPS_LOWER[1:-1]), 1]


def _outer() -> np.ndarray:
    """Triangles of the skin in front of the mouth."""
    mesh = assemble_head(load_open_head(), identity(0))
    return mesh.faces[(mesh.part == Part.HEAD) & (mesh.faces < mesh.skin_count).all(1)]


def _ajar_offsets(gap: float) -> np.ndarray:
    """A residual that opens the neutral lips by about ``gap``, upper up and lower down."""
    head = load_open_head()
    skin = head.subdivision @ head.template[: head.control_count]
    marks = skin_landmarks(head, skin)
    lip = marks[[INNER_LIPS_UPPER[5], INNER_LIPS_LOWER[5]]].mean(0)
    near = np.exp(-((np.linalg.norm(skin - lip, axis=1) / 0.06) ** 2))
    jaw = head.skin_weights[:, 3]
    side = np.where(jaw > 0.5 * jaw.max(), -0.5, 0.5)
    offsets = np.zeros_like(skin, np.float32)
    offsets[:, 1] = gap * side * near
    return offsets


@cache
def _ajar() -> HeadMesh:
    someone = replace(
        identity(0), offsets=_ajar_offsets(AJAR), seal_release=mouth_opening(PHOTO.blendshapes)
    )
    return assemble_head(load_open_head(), someone)


def test_lips_meet_in_neutral() -> None:
    mesh = _ajar()
    before = _gap(mesh.rig.rest[: mesh.skin_count])
    after = _gap(mesh.rig.deform(Pose.neutral())[: mesh.skin_count])
    assert before[2:-2].min() > 0.5 * AJAR
    assert np.abs(after).max() < 0.0015
    assert np.abs(after[2:-2]).mean() < 0.25 * np.abs(before[2:-2]).mean()


def test_the_photos_opening_stays() -> None:
    """In the photo's own expression the seal does nothing, with less of it part of its work."""
    mesh = _ajar()
    unsealed = replace(mesh.rig, seal_vertex=mesh.rig.seal_vertex[:0])
    np.testing.assert_array_equal(mesh.rig.deform(PHOTO), unsealed.deform(PHOTO))
    half = Pose.neutral().with_blendshapes({"jawOpen": 0.15})
    moved = np.abs(mesh.rig.deform(half) - unsealed.deform(half)).max()
    assert moved == pytest.approx(0.5 * np.abs(mesh.rig.seal_delta).max(), rel=0.05)


def test_seal_acts_at_the_lips_alone() -> None:
    head = load_open_head()
    skin = np.asarray(head.subdivision @ head.template[: head.control_count] + _ajar_offsets(AJAR))
    marks = skin_landmarks(head, skin)
    seal = lip_seal(marks, skin, head.skin_weights[:, 3], _outer())
    moved = np.abs(seal).max(1) > 1e-6
    assert moved.sum() > 100 and seal.dtype == np.float32
    assert not seal[:, 0].any()
    lips = marks[list(INNER_LIPS_UPPER + INNER_LIPS_LOWER)]
    away = np.linalg.norm(skin[:, None] - lips[None], axis=2).min(1)
    assert away[moved].max() < 0.10
    assert not moved[np.isin(head.region, (Region.EYE_SOCKET, Region.EAR, Region.NECK))].any()
    jaw = head.skin_weights[:, 3] > 0.5 * head.skin_weights[:, 3].max()
    strongest = np.abs(seal[:, 1]) > 0.5 * np.abs(seal[:, 1]).max()
    assert (seal[strongest & jaw, 1] > 0).all() and (seal[strongest & ~jaw, 1] < 0).all()
    assert (strongest & jaw).any() and (strongest & ~jaw).any()


def test_crossed_lips_are_parted() -> None:
    head = load_open_head()
    skin = head.subdivision @ head.template[: head.control_count] + _ajar_offsets(-AJAR)
    seal = lip_seal(skin_landmarks(head, skin), skin, head.skin_weights[:, 3], _outer())
    assert _gap(skin)[3:-3].max() < -0.3 * AJAR
    assert _gap(skin + seal)[3:-3].min() > -0.0015


def test_a_huge_gap_is_not_closed_by_force() -> None:
    head = load_open_head()
    skin = head.subdivision @ head.template[: head.control_count] + _ajar_offsets(0.2)
    seal = lip_seal(skin_landmarks(head, skin), skin, head.skin_weights[:, 3], _outer())
    assert 0.03 < np.abs(seal).max() < 0.08


def test_no_slit_shows_from_below() -> None:
    """An upper lip far before the lower one would show what lies between them from below."""
    head = load_open_head()
    skin = head.subdivision @ head.template[: head.control_count] + _ajar_offsets(AJAR)
    jaw = head.skin_weights[:, 3]
    marks = skin_landmarks(head, skin)
    lip = marks[[INNER_LIPS_UPPER[5], INNER_LIPS_LOWER[5]]].mean(0)
    near = np.exp(-((np.linalg.norm(skin - lip, axis=1) / 0.05) ** 2))
    skin[:, 2] -= np.where(jaw > 0.5 * jaw.max(), 0.02, 0) * near
    marks = skin_landmarks(head, skin)
    sealed = skin + lip_seal(marks, skin.astype(np.float32), jaw, _outer())

    def step(vertices: np.ndarray) -> float:
        found = skin_landmarks(head, vertices)
        return float(found[INNER_LIPS_UPPER[5], 2] - found[INNER_LIPS_LOWER[5], 2])

    assert step(skin) > 0.015
    assert step(sealed) < 0.5 * step(skin)
