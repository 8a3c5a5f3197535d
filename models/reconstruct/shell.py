"""The shell: hair, hat, neck and shoulders as one closed relief around the fitted head.

It is built in the photo's camera.  Each pixel inside the matte gets a front and a back depth
around a middle sheet through the head's axis, inflated from the outline.  Where the head mesh is
known, it is pinned: hair lies on the mesh, skin lets the mesh show in front of the shell.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.rig import JOINTS
from models.head.assemble import HeadMesh, Region
from models.reconstruct.back_hair import hung_depth, long_hair, scalp_hair
from models.reconstruct.binding import bind_shell
from models.reconstruct.canvas import Canvas, bilinear
from models.reconstruct.hair_volume import hairy_head
from models.reconstruct.hem import hem_height, with_hem
from models.reconstruct.inflation import Pins, inflate
from models.reconstruct.middle_sheet import axis_sheet, through_outline
from models.reconstruct.relief import BACK, Relief, relief_mesh
from models.render.zbuffer import rasterize

FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]

STEP = 4
"""Canvas pixels a cell of the relief."""
_SOLID = 0.65
_FRINGE = 0.04
_ROUND_HEAD = 2.4
_ROUND_BACK = 0.5
_ROUND_BODY = 0.42
_DEEPEST = 0.30
_RECESS = 0.006
_CLOTH = 0.005
_CLEAR = 0.002
_BEHIND = 0.003
_OVERLAP = 3
_BESIDE = 5.0
"""Cells from skin within which the soft sheet belongs to it."""


@dataclass(frozen=True)
class Shell:
    """The relief mesh with what the reconstruction needs to colour and bind it.

    Attributes:
        vertices: (V, 3) canonical, in the photo's pose (the shell does not move with expression).
        faces: (F, 3) int32.
        soft: (F,) bool, the half-transparent fringe and hem.
        pixels: (V, 2) canvas pixels.
        sheet: (V,) 0 front, 1 back, 2 fringe, 3 hem.
        arc: (V,) distance along the surface from the outline, canvas pixels.
        weights: (V, 7) skinning weights.
        hair: (V,) 0..1 share of hair or hat, on the back as far as it can be guessed.
        hangs: (V,) 0..1 share of hair that hangs behind the neck, on the back.
    """

    vertices: FloatArray
    faces: NDArray[np.int32]
    soft: Mask
    pixels: FloatArray
    sheet: NDArray[np.uint8]
    arc: FloatArray
    weights: FloatArray
    hair: FloatArray
    hangs: FloatArray


@dataclass(frozen=True)
class _Scene:
    """Everything at the relief's grid nodes, (N, N)."""

    alpha: FloatArray
    hair: FloatArray
    body: FloatArray
    skin: FloatArray
    front: FloatArray
    middle: FloatArray
    fringe: FloatArray
    """The soft sheet's depth: where it is steep to the view it would lose its opacity."""
    on_mesh: Mask
    hair_front: FloatArray
    hair_back: FloatArray
    on_hair: Mask
    """Nearest and farthest depth of the head with its hair on, and where it is."""
    long_hair: FloatArray
    back_hair: FloatArray
    """Share of hair behind the neck, and of any on the back."""
    bare_part: Mask
    """Where the nearest surface is an ear or the neck."""
    thickness: float
    """How far hair stands off, canonical units."""
    unit: float
    """Canonical units of one cell."""


def build_shell(canvas: Canvas, head: HeadMesh, posed: FloatArray) -> Shell:
    """Build the shell around ``head`` whose vertices in the photo are ``posed``."""
    scene = _scene(canvas, head, posed)
    solid = np.asarray(cv2.GaussianBlur(scene.alpha, (0, 0), 1.0), np.float32)
    bare = _bare_skin(scene)
    # Hair behind a neck that shows: a back without a front.
    veiled = bare & (scene.long_hair > 0.5)
    bare &= ~veiled
    inside = (solid > _SOLID) & ~bare
    solid = np.where(bare, np.minimum(solid, _SOLID), solid)
    front_u = _inflated(scene, solid, bare, _front_pins(scene), _ROUND_HEAD)
    back_u = _inflated(scene, solid, bare, _back_pins(scene), _ROUND_BACK)
    front, back = scene.middle - np.sqrt(front_u), scene.middle + np.sqrt(back_u)
    hidden = _hidden_behind_face(scene) | veiled
    crisp = _without_fringe(scene, inside | bare)
    relief = Relief(
        solid, front, back, scene.middle, hidden, crisp, _SOLID, _FRINGE, scene.alpha, scene.fringe
    )
    mesh = with_hem(relief_mesh(relief), hem_height(canvas) / STEP)
    pixels = (mesh.nodes + 0.5) * STEP
    vertices = _unproject(canvas, pixels, mesh.depth)
    outline = np.hypot(mesh.distance * scene.unit, mesh.depth - mesh.middle)
    return Shell(
        vertices=vertices,
        faces=mesh.faces,
        soft=mesh.soft,
        pixels=pixels.astype(np.float32),
        sheet=mesh.sheet,
        arc=(outline / scene.unit * STEP).astype(np.float32),
        weights=bind_shell(canvas, vertices, pixels, head),
        hair=np.where(
            mesh.sheet == BACK,
            bilinear(scene.back_hair, pixels / STEP),
            bilinear(scene.hair, pixels / STEP),
        ),
        hangs=bilinear(scene.long_hair, pixels / STEP) * (mesh.sheet == BACK),
    )


def _scene(canvas: Canvas, head: HeadMesh, posed: FloatArray) -> _Scene:
    count = canvas.size // STEP
    pixels, depth = canvas.project(posed)
    skin_faces = head.faces[head.part == 0]
    grid = pixels / STEP
    near = rasterize(grid, depth, skin_faces, count, count)
    ear = (head.skin_region[np.minimum(skin_faces, head.skin_count - 1)] == Region.EAR).all(1)
    small = {name: _shrink(p, count) for name, p in canvas.classes.items()}
    middle, unit = axis_sheet(canvas, count)
    rows = np.arange(count)[:, None] * np.ones((1, count))
    chin = _chin_row(canvas, head, posed) / STEP
    above = 1 / (1 + np.exp((rows - chin + 4) / 3.0))
    garment = small["clothes"] + small["other"]
    hair = small["hair"] + garment * above
    skin = small["face_skin"] + small["body_skin"]
    total = np.maximum(hair + skin + garment * (1 - above), 1e-3)
    hairy, alpha = (hair / total).astype(np.float32), _shrink(canvas.alpha, count)
    thickness = _hair_thickness(hairy, alpha, near.triangle >= 0, unit)
    where, depth = canvas.project(hairy_head(canvas, head, posed, hairy, thickness))
    # An ear would dent what lies over it.
    skull = skin_faces[~ear & (skin_faces < head.skin_count).all(1)]
    over = rasterize(where / STEP, depth, skull, count, count)
    behind = rasterize(where / STEP, depth, skull, count, count, farthest=True)
    on_mesh, on_hair = near.triangle >= 0, over.triangle >= 0
    lobes = _lobes_row(canvas, head, posed)
    long = long_hair((small["hair"] / total).astype(np.float32), alpha, on_mesh, lobes)
    axis = middle
    middle = through_outline(middle, over.depth, behind.depth, on_hair, alpha > 0.5, chin)
    return _Scene(
        alpha=alpha,
        hair=hairy,
        body=((garment * (1 - above) + small["body_skin"] * (1 - above)) / total).astype(
            np.float32
        ),
        skin=(skin / total).astype(np.float32),
        front=near.depth,
        middle=middle,
        fringe=((axis + middle) / 2 + _BEHIND).astype(np.float32),
        on_mesh=on_mesh,
        hair_front=over.depth,
        hair_back=behind.depth,
        on_hair=on_hair,
        long_hair=long,
        back_hair=np.maximum(scalp_hair(hairy, alpha, on_mesh, lobes, chin), long),
        bare_part=_ears_and_neck(head, skin_faces)[near.triangle] & (near.triangle >= 0),
        thickness=thickness,
        unit=unit,
    )


def _ears_and_neck(head: HeadMesh, faces: NDArray[np.int32]) -> Mask:
    """(F,) triangles of an ear's rim or of the neck."""
    region = head.skin_region[np.minimum(faces, head.skin_count - 1)]
    reach = np.abs(head.rig.rest[faces][:, :, 0]).mean(1)
    ear = (region == Region.EAR).all(1)
    rim = ear & (reach > np.percentile(reach[ear], 35))
    return np.asarray(rim | (region == Region.NECK).all(1))


def _shrink(image: FloatArray, count: int) -> FloatArray:
    return np.asarray(cv2.resize(image, (count, count), interpolation=cv2.INTER_AREA), np.float32)


def _chin_row(canvas: Canvas, head: HeadMesh, posed: FloatArray) -> float:
    """Canvas row of the chin: the lowest face vertex that the jaw carries."""
    jaw = head.rig.weights[: head.skin_count, JOINTS.index("jaw")] > 0.5
    return float(np.percentile(canvas.project(posed[: head.skin_count][jaw])[0][:, 1], 98))


def _lobes_row(canvas: Canvas, head: HeadMesh, posed: FloatArray) -> float:
    """Row of the ear lobes, cells."""
    ear = posed[: head.skin_count][head.skin_region == Region.EAR]
    return float(np.percentile(canvas.project(ear)[0][:, 1], 95)) / STEP


def _hair_thickness(hair: FloatArray, alpha: FloatArray, on_mesh: Mask, unit: float) -> float:
    """How far the hair stands off the skull, from the gap above and beside it in the picture."""
    covered = (hair > 0.5) & (alpha > 0.5)
    if covered.mean() < 0.01:
        return 0.003
    outside = covered & ~on_mesh
    distance = cv2.distanceTransform((~on_mesh).astype(np.uint8), cv2.DIST_L2, 5)
    head_rows = np.nonzero(on_mesh.any(1))[0]
    first = int(head_rows.min(initial=len(hair)))
    upper = outside & (np.arange(len(hair))[:, None] < first + 0.45 * len(head_rows))
    if not len(head_rows) or upper.sum() < 20:
        return 0.008
    return float(np.clip(np.percentile(distance[upper], 80) * unit * 0.8, 0.007, 0.048))


def _front_pins(scene: _Scene) -> Pins:
    """Pinned ``u`` and pin weights of the front sheet: on hair, a little over cloth, below skin."""
    cloth = (scene.body * (1 - scene.skin) > 0.5) & scene.on_mesh
    hair = (scene.hair > 0.5) & scene.on_hair & ~cloth
    known = np.where(hair, _erode(scene.on_hair, 1), _erode(scene.on_mesh, 1))
    # On the neck, where the head with its hair on is the head, hair lies over it all the same.
    over = np.minimum(scene.hair_front, scene.front - min(scene.thickness, 0.02))
    target = np.where(hair, over, scene.front + np.where(cloth, -_CLOTH, _RECESS))
    target = np.where(known, target, np.inf)
    pinned = target < scene.middle - 0.007
    u = np.where(pinned, (scene.middle - np.where(pinned, target, 0)) ** 2, 0.0)
    weight = np.where(pinned, np.abs(scene.hair - 0.5) * 2, 0.0)
    weight = np.where(scene.hair > 0.5, weight, np.maximum(weight, 0.3) * pinned)
    return Pins(u.astype(np.float32), weight.astype(np.float32))


def _back_pins(scene: _Scene) -> Pins:
    """Pinned ``u`` and pin weights of the back sheet: behind the skull by the hair's thickness."""
    target = hung_depth(
        scene.hair_back + _CLEAR, _erode(scene.on_hair, 2), scene.long_hair, scene.unit
    )
    pinned = target > scene.middle
    u = np.where(pinned, (target - scene.middle) ** 2, 0.0)
    return Pins(u.astype(np.float32), pinned.astype(np.float32))


def _bare_skin(scene: _Scene) -> Mask:
    """Ears and neck that the photo shows: the head mesh is closed there, a shell would fight it."""
    bare = scene.bare_part & (scene.skin > 0.5) & (scene.hair < 0.4)
    # Below its lower edge the shell goes on a little under the neck, or a gap would show.
    for down in range(1, _OVERLAP + 1):
        bare &= np.vstack([bare[down:], np.zeros_like(bare[:down])])
    return bare


def _without_fringe(scene: _Scene, person: Mask) -> Mask:
    """Nodes (N, N) that belong to bare skin rather than to hair: their outline is not soft.

    The soft sheet stands at the middle of the head, and would be seen behind a cheek as a second
    outline as soon as the head turns.
    """
    shown = (scene.skin > 0.5) & (scene.hair < 0.4) & ~scene.bare_part
    skin, cover = scene.on_mesh & person & shown, person & ~shown
    away, apart = (
        cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5) for mask in (skin, cover)
    )
    # The fitted ear may be smaller than the photo's: there the sheet goes on beyond it.
    ear = scene.bare_part & (scene.skin > 0.5)
    met = scene.on_mesh & (cv2.dilate(ear.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    return np.asarray(((away < _BESIDE) & (away < apart)) | met)


def _hidden_behind_face(scene: _Scene) -> Mask:
    """Front cells that the head mesh covers for good; leaving them out saves triangles."""
    covered = scene.on_mesh & (scene.skin > 0.5) & (scene.hair < 0.4)
    lowest = np.vstack([covered[_OVERLAP:], np.zeros_like(covered[:_OVERLAP])])
    return covered & lowest


def _erode(mask: Mask, cells: int) -> Mask:
    kernel = np.ones((2 * cells + 1, 2 * cells + 1), np.uint8)
    return cv2.erode(mask.astype(np.uint8), kernel) > 0


def _inflated(
    scene: _Scene, solid: FloatArray, bare: Mask, pins: Pins, round_head: float
) -> FloatArray:
    """``u`` of a sheet (N, N) whose roundness goes over from the head's to the body's."""
    roundness = (round_head + (_ROUND_BODY - round_head) * scene.body) * scene.unit**2
    return inflate(solid, _SOLID, bare, pins, roundness, _DEEPEST)


def _unproject(canvas: Canvas, pixels: FloatArray, depth: FloatArray) -> FloatArray:
    """Canonical points of canvas pixels (N, 2) at camera depths (N,)."""
    homogeneous = np.column_stack([pixels / canvas.size, np.ones(len(pixels))])
    rays = homogeneous @ np.linalg.inv(canvas.camera.intrinsics).T
    camera = canvas.camera.cam2world
    return np.asarray((rays * depth[:, None]) @ camera[:3, :3].T + camera[:3, 3], np.float32)
