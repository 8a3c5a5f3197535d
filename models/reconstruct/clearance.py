"""Clear bare skin of the shell, which knows one outline only.

Where a cheek is the outline, the relief's side would stand there like a collar as soon as the head
turns; below a chin its triangles would hang down to the clothes when the neck moves.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.head.assemble import HeadMesh, Region
from models.reconstruct.bareness import bare_skin, outer_skin, skin_share
from models.reconstruct.canvas import Canvas
from models.reconstruct.contact import below_bare_skin
from models.reconstruct.relief import BACK, FRONT
from models.reconstruct.shell import Shell
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]

_GONE = 0.95
_EAR_RIM = 16.0
"""Canvas pixels from an ear within which the shell may be its rim."""
_HUG = 0.010
_OUTLINE_BAND = 40.0
"""Canvas pixels from the outline within which hair behind a cheek lies close to the head."""
_LONGEST = 0.035
"""Longest side of a triangle that leads from bare skin to hair or cloth."""
_BESIDE = 7.0
"""Canvas pixels from the head's outline within which skin belongs to the head."""


def clear_bare_skin(
    shell: Shell, head: HeadMesh, canvas: Canvas, photo: FloatArray, sunk: FloatArray
) -> Shell:
    """The shell without what would stand over bare skin.

    Args:
        shell: the relief; head: the head inside it.
        canvas: the photo.
        photo: (N, 3) the head's vertices as the photo shows them, skin first.
        sunk: (V, 3) how far the skin has been moved below the hair.
    """
    to_head, to_ear = _distances(head, canvas, photo)
    away = canvas.sample(to_head, shell.pixels)
    share = skin_share(canvas, shell.pixels) * np.clip((_BESIDE - away) / 4, 0, 1)
    # Beside an ear the shell is its rim, as far as the fitted one does not reach it.
    share[(away >= 1) & (canvas.sample(to_ear, shell.pixels) < _EAR_RIM)] = 0
    bare, known = bare_skin(head, canvas, photo)
    skin, faces = photo[: head.skin_count] + sunk, outer_skin(head)
    low = _below_ears(head, skin)
    vertices, gone = shell.vertices, np.zeros(len(share), np.float32)
    # What shows skin in front of skin of which nothing is known, as behind a jaw, is bare; at
    # the back only the neck is.
    for sheet, guess in ((FRONT, 1.0), (BACK, (skin[:, 1] < low).astype(np.float32))):
        sure = bare * known + guess * (1 - known)
        wanted = np.where(shell.sheet == sheet, share, 0).astype(np.float32)
        vertices, moved = below_bare_skin(vertices, wanted, skin, faces, sure)
        gone = np.maximum(gone, moved)
    # Where a cheek is the outline, the hair behind it must not bulge out beside it.
    behind = np.where(shell.sheet == BACK, share * _near_outline(canvas, shell.pixels), 0)
    vertices, _ = below_bare_skin(
        vertices, behind.astype(np.float32), skin, faces, np.ones(len(skin), np.float32), _HUG
    )
    torn = _torn(shell, vertices, gone, low) & (away[shell.faces].max(1) < 1)
    keep = (gone[shell.faces].min(1) < _GONE) & ~torn
    return replace(shell, vertices=vertices, faces=shell.faces[keep], soft=shell.soft[keep])


def _torn(shell: Shell, vertices: FloatArray, gone: FloatArray, low: float) -> NDArray[np.bool_]:
    """(F,) triangles from below the chin to the collar: they would hang there like a curtain."""
    corners = vertices[shell.faces]
    longest = np.linalg.norm(corners - np.roll(corners, 1, 1), axis=2).max(1)
    front = shell.sheet[shell.faces[:, 0]] == FRONT
    sunk = gone[shell.faces].max(1) > 0.5
    return np.asarray(front & sunk & (longest > _LONGEST) & (corners[..., 1].max(1) < low))


def _below_ears(head: HeadMesh, skin: FloatArray) -> float:
    """Height of the ear lobes."""
    ear = head.skin_region == Region.EAR
    return float(np.percentile(skin[ear if ear.any() else slice(None), 1], 5))


def _near_outline(canvas: Canvas, pixels: FloatArray) -> FloatArray:
    """(N,) 1 close to the person's outline, 0 farther inside."""
    person = (canvas.alpha > 0.5).astype(np.uint8)
    inside = np.asarray(cv2.distanceTransform(person, cv2.DIST_L2, 5), np.float32)
    return np.clip((_OUTLINE_BAND - canvas.sample(inside, pixels)) / 12, 0, 1).astype(np.float32)


def _distances(head: HeadMesh, canvas: Canvas, photo: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(S, S) pixels to the head and to an ear that shows, 0 on them."""
    where, depth = canvas.project(photo)
    faces = outer_skin(head)
    seen = rasterize(where, depth, faces, canvas.size, canvas.size).triangle
    ear = (head.skin_region[faces] == Region.EAR).all(1)[seen] & (seen >= 0)
    to_head, to_ear = (
        np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5), np.float32)
        for mask in (seen >= 0, ear)
    )
    return to_head, to_ear
