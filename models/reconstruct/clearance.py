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
from models.reconstruct.bareness import outer_skin, skin_share
from models.reconstruct.canvas import Canvas
from models.reconstruct.contact import below_bare_skin, make_ground
from models.reconstruct.relief import BACK, FRONT
from models.reconstruct.shell import Shell
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]

_GONE = 0.95
_EAR_RIM = 16.0
"""Canvas pixels from an ear within which the shell may be its rim."""
_EAR_THICKNESS = 0.006
_HUG = 0.010
_OUTLINE_BAND = 40.0
"""Canvas pixels from the outline within which hair behind a cheek lies close to the head."""
_LINED = 24.0
"""Canvas pixels from an outline of skin within which no hair of the back begins."""
_NAPE = 0.06
"""Canonical units above the ear lobes within which hair of the back thins out."""
_SCRAPS = 14.0
"""Canvas pixels from the outline within which torn triangles are scraps."""
_LONGEST = 0.035
"""Longest side of a triangle that leads from bare skin to hair or cloth."""
_LONG, _STRETCHED = 0.014, 2.5
"""Sides that have grown so much, and are as long, tear."""
_BESIDE = 7.0
"""Canvas pixels from the head's outline within which skin belongs to the head."""


def clear_bare_skin(
    shell: Shell,
    head: HeadMesh,
    canvas: Canvas,
    photo: FloatArray,
    sunk: FloatArray,
    bareness: tuple[FloatArray, FloatArray],
) -> Shell:
    """The shell without what would stand over bare skin.

    Args:
        shell: the relief; head: the head inside it.
        canvas: the photo.
        photo: (N, 3) the head's vertices as the photo shows them, skin first.
        sunk: (V, 3) how far the skin has been moved below the hair.
        bareness: of ``bare_skin``.
    """
    to_head, to_ear, ear_depth = _distances(head, canvas, photo)
    away, ear = canvas.sample(to_head, shell.pixels), canvas.sample(to_ear, shell.pixels)
    shows = skin_share(canvas, shell.pixels)
    share = shows * np.clip((_BESIDE - away) / 4, 0, 1)
    # Beside an ear the shell is its rim, as far as the fitted one does not reach it.
    rim = (away >= 1) & (ear < _EAR_RIM)
    share[rim] = 0
    # Hair hangs behind skin that shows; not where that is the outline, or its inside would show.
    inner = 1 - _near_outline(canvas, shell.pixels, _LINED)
    share *= 1 - shell.hair * inner * (shell.sheet == BACK)
    bare, known = bareness
    skin, faces = photo[: head.skin_count] + sunk, outer_skin(head)
    ground, low = make_ground(skin, faces), _below_ears(head, skin)
    close = np.where(rim, np.clip(2 * shows, 0, 1) * np.clip((_EAR_RIM - ear) / 6, 0, 1), 0)
    vertices = _at_depth(
        canvas, shell, canvas.sample(ear_depth, shell.pixels), close.astype(np.float32)
    )
    gone = np.zeros(len(share), np.float32)
    # What shows skin in front of skin of which nothing is known, as behind a jaw, is bare; at
    # the back only the neck is, and hair thins out towards it.
    nape = np.clip((low + _NAPE - skin[:, 1]) / _NAPE, 0, 1).astype(np.float32)
    for sheet, guess in ((FRONT, 1.0), (BACK, nape)):
        sure = bare * known + guess * (1 - known)
        wanted = np.where(shell.sheet == sheet, share, 0).astype(np.float32)
        vertices, moved = below_bare_skin(vertices, wanted, ground, sure)
        gone = np.maximum(gone, moved)
    # Where a cheek is the outline, the hair behind it must not bulge out beside it.
    behind = np.where(
        shell.sheet == BACK, share * _near_outline(canvas, shell.pixels, _OUTLINE_BAND), 0
    )
    everywhere = np.ones(len(skin), np.float32)
    vertices, _ = below_bare_skin(vertices, behind.astype(np.float32), ground, everywhere, _HUG)
    torn = _torn(shell, vertices, gone, low, away, _near_outline(canvas, shell.pixels, _SCRAPS))
    keep = (gone[shell.faces].min(1) < _GONE) & ~torn
    return replace(shell, vertices=vertices, faces=shell.faces[keep], soft=shell.soft[keep])


def _torn(
    shell: Shell,
    vertices: FloatArray,
    gone: FloatArray,
    low: float,
    away: FloatArray,
    edge: FloatArray,
) -> NDArray[np.bool_]:
    """(F,) triangles below the ears that would hang there: a curtain from chin to collar, scraps.

    ``away`` (V,) are canvas pixels to the head, ``edge`` (V,) is 1 on the person's outline; inside
    of it a scrap stays, for there is nothing behind it.
    """
    longest, before = (_longest_side(v[shell.faces]) for v in (vertices, shell.vertices))
    moved, far = gone[shell.faces].max(1), away[shell.faces].max(1)
    below = vertices[shell.faces][..., 1].max(1) < low
    front = shell.sheet[shell.faces[:, 0]] == FRONT
    curtain = front & (longest > _LONGEST) & (moved > 0.5) & (far < 1)
    scrap = (longest > np.maximum(_STRETCHED * before, _LONG)) & (moved > 0.05) & (far < _BESIDE)
    return np.asarray(below & (curtain | (scrap & (edge[shell.faces].min(1) > 0.5))))


def _longest_side(corners: FloatArray) -> NDArray[np.floating]:
    return np.asarray(np.linalg.norm(corners - np.roll(corners, 1, 1), axis=2).max(1))


def _below_ears(head: HeadMesh, skin: FloatArray) -> float:
    """Height of the ear lobes."""
    ear = head.skin_region == Region.EAR
    return float(np.percentile(skin[ear if ear.any() else slice(None), 1], 5))


def _near_outline(canvas: Canvas, pixels: FloatArray, band: float) -> FloatArray:
    """(N,) 1 close to the person's outline, 0 from ``band`` canvas pixels inside it."""
    person = (canvas.alpha > 0.5).astype(np.uint8)
    inside = np.asarray(cv2.distanceTransform(person, cv2.DIST_L2, 5), np.float32)
    near = (band - canvas.sample(inside, pixels)) / (0.3 * band)
    return np.asarray(np.clip(near, 0, 1), np.float32)


def _at_depth(canvas: Canvas, shell: Shell, depth: FloatArray, share: FloatArray) -> FloatArray:
    """Shell vertices (N, 3) moved along their rays by ``share`` (N,) of the way to ``depth``."""
    eye = canvas.camera.cam2world[:3, 3]
    now = canvas.project(shell.vertices)[1]
    behind = np.where(shell.sheet == BACK, _EAR_THICKNESS, 0.0)
    target = depth + behind
    # Hair that hangs behind an ear stays there.
    target += shell.hangs * np.maximum(now - target, 0)
    scale = 1 + share * (target / now - 1)
    return np.asarray(eye + (shell.vertices - eye) * scale[:, None], np.float32)


def _distances(
    head: HeadMesh, canvas: Canvas, photo: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(S, S) pixels to the head and to an ear, 0 on them, and the depth of the nearest ear."""
    where, depth = canvas.project(photo)
    faces = outer_skin(head)
    hits = rasterize(where, depth, faces, canvas.size, canvas.size)
    seen = hits.triangle
    ear = (head.skin_region[faces] == Region.EAR).all(1)[seen] & (seen >= 0)
    to_head = cv2.distanceTransform((seen < 0).astype(np.uint8), cv2.DIST_L2, 5)
    to_ear, label = cv2.distanceTransformWithLabels(
        (~ear).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.full(int(label.max()) + 1, np.median(depth), np.float32)
    of_label[label[ear]] = hits.depth[ear]
    nearest = cv2.blur(of_label[label], (9, 9))
    return (
        np.asarray(to_head, np.float32),
        np.asarray(to_ear, np.float32),
        np.asarray(nearest),
    )
