"""Head and shell as one proxy mesh, in the pose in which its fields are baked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part, Proxy
from models.animate.rig import Rig
from models.head.assemble import HeadMesh, Region
from models.head.mouth import MouthRegion
from models.pose import Pose
from models.reconstruct.bareness import bare_skin, outer_skin
from models.reconstruct.binding import onto_torso
from models.reconstruct.canvas import Canvas
from models.reconstruct.clearance import clear_bare_skin
from models.reconstruct.closed_lids import LidVeil, closed_lids, with_veils
from models.reconstruct.contact import below_skin
from models.reconstruct.hem import gathered
from models.reconstruct.mouth_layout import lay_out
from models.reconstruct.normals import vertex_normals
from models.reconstruct.outline import onto_outline
from models.reconstruct.relief import FRONT, HEM
from models.reconstruct.shell import Shell
from models.reconstruct.teeth_place import rows_onto_photo

FloatArray = NDArray[np.float32]

BAKE_POSE = Pose.neutral().with_blendshapes(
    {"jawOpen": 0.10, "eyeBlinkLeft": 0.35, "eyeBlinkRight": 0.35}
)
"""Lips and lids a little apart and a little closed, so that both edges of each own texels."""

SUNK = 0.012
"""How far skin is moved below what lies on it, canonical units."""
_RIM = 8.0
"""Canvas pixels along the shell from its outline; farther in hair may be below the skin."""
_BEFORE_TEETH = 0.012
"""How far before the front teeth the shell may begin where the mouth is."""


@dataclass(frozen=True)
class Surface:
    """The proxy with its two known poses.

    Attributes:
        proxy: canonical is the bake pose, the mouth's parts spread out.
        head: the rigged head, whose vertices come first.
        shell: the relief, whose vertices follow.
        lids: closed lids, whose vertices come last.
        photo: (V, 3) vertices as the photo shows them.
    """

    proxy: Proxy
    head: HeadMesh
    shell: Shell
    lids: tuple[LidVeil, ...]
    photo: FloatArray

    @property
    def shell_start(self) -> int:
        """First vertex of the shell."""
        return len(self.head.rig.rest)

    @property
    def lid_starts(self) -> tuple[int, ...]:
        """First vertex of each of the closed lids."""
        sizes = [len(veil.skin) for veil in self.lids]
        return tuple(len(self.photo) - sum(sizes[i:]) for i in range(len(sizes)))


def join(head: HeadMesh, shell: Shell, photo_pose: Pose, canvas: Canvas) -> Surface:
    """One mesh, one rig."""
    start = len(head.rig.rest)
    head = replace(head, rig=replace(head.rig, weights=onto_torso(head)))
    head = replace(head, rig=_with_teeth_in_place(head, photo_pose, canvas))
    bareness = bare_skin(head, canvas, head.rig.deform(photo_pose))
    head = replace(head, rig=_with_the_photos_outline(head, photo_pose, canvas, bareness))
    photo = head.rig.deform(photo_pose)
    shell = _out_of_mouth(shell, head, canvas, photo)
    sunk = _sunk(head, canvas, photo)
    rest = head.rig.rest + sunk
    count = head.skin_count
    skin_faces = head.faces[(head.faces < count).all(1)]
    kept = below_skin(shell.vertices, (photo + sunk)[:count], skin_faces)
    shell = replace(shell, vertices=np.where(_stays(shell, canvas)[:, None], shell.vertices, kept))
    shell = clear_bare_skin(shell, head, canvas, photo, sunk[:count], bareness)
    rig = replace(
        head.rig,
        rest=np.concatenate([rest, shell.vertices]),
        weights=np.concatenate([head.rig.weights, shell.weights]),
    )
    faces = np.concatenate([head.faces, shell.faces + start]).astype(np.int32)
    part = np.concatenate([head.part, np.full(len(shell.faces), Part.HEAD, np.uint8)])
    soft = np.concatenate([np.zeros(len(head.faces), bool), shell.soft])
    hem = np.flatnonzero(shell.sheet == HEM)
    canonical = gathered(_canonical(head, rig), canvas, start, hem, shell.pixels[hem])
    proxy = Proxy(canonical, faces, part, soft, rig)
    lids = closed_lids(head, replace(head.rig, rest=rest), photo_pose)
    proxy = _with_lids(proxy, lids)
    return Surface(proxy, head, shell, lids, proxy.rig.deform(photo_pose))


def _with_lids(proxy: Proxy, lids: tuple[LidVeil, ...]) -> Proxy:
    """The proxy with closed lids behind all else; they lie below the eyeball in its field."""
    canonical, faces, part, soft = [proxy.canonical], [proxy.faces], [proxy.part], [proxy.soft]
    for veil in lids:
        eyeball = proxy.canonical[np.unique(proxy.faces[proxy.part == veil.part])]
        faces.append((veil.faces + sum(map(len, canonical))).astype(np.int32))
        canonical.append(veil.laid_out(eyeball))
        part.append(np.full(len(veil.faces), veil.part, np.uint8))
        soft.append(np.ones(len(veil.faces), bool))
    return Proxy(
        np.concatenate(canonical),
        np.concatenate(faces),
        np.concatenate(part),
        np.concatenate(soft),
        with_veils(proxy.rig, lids),
    )


def _with_the_photos_outline(
    head: HeadMesh, photo_pose: Pose, canvas: Canvas, bareness: tuple[FloatArray, FloatArray]
) -> Rig:
    """The rig whose bare skin ends where the photo's does."""
    photo, count = head.rig.deform(photo_pose), head.skin_count
    bare, known = bareness
    rest = head.rig.rest.copy()
    rest[:count] += onto_outline(head, canvas, photo, outer_skin(head), bare * known)
    return replace(head.rig, rest=rest)


def _with_teeth_in_place(head: HeadMesh, photo_pose: Pose, canvas: Canvas) -> Rig:
    """The rig with its rows of teeth where the photo shows them."""
    moved = rows_onto_photo(head, canvas, head.rig.deform(photo_pose))
    return replace(head.rig, rest=head.rig.rest + moved)


def _out_of_mouth(shell: Shell, head: HeadMesh, canvas: Canvas, photo: FloatArray) -> Shell:
    """The shell without what shows through the open lips of ``photo``, between teeth and tongue.

    What lies in front of the teeth, such as a beard, stays.
    """
    mouth, _ = canvas.project(photo[np.unique(head.faces[head.part == Part.MOUTH])])
    teeth = head.mouth_start + np.nonzero(head.mouth.region <= MouthRegion.LOWER_TEETH)[0]
    nearest = float(canvas.project(photo[teeth])[1].min())
    opening = np.zeros((canvas.size, canvas.size), np.uint8)
    cv2.fillConvexPoly(opening, cv2.convexHull(mouth.astype(np.int32)), 1)
    column, row = np.clip(shell.pixels.astype(np.int64), 0, canvas.size - 1).T
    behind = canvas.project(shell.vertices)[1] > nearest - _BEFORE_TEETH
    inside = (opening[row, column] > 0) & behind & (shell.sheet == FRONT)
    keep = ~inside[shell.faces].any(1)
    return replace(shell, faces=shell.faces[keep], soft=shell.soft[keep])


def _stays(shell: Shell, canvas: Canvas) -> NDArray[np.bool_]:
    """(V,) vertices that lie on the skin and not below it: fringe, clothes and hair's outline."""
    stays = canvas.sample(canvas.classes["clothes"] + canvas.classes["other"], shell.pixels) > 0.5
    stays[shell.faces[shell.soft]] = True
    stays |= (shell.arc < _RIM) & (canvas.sample(canvas.classes["hair"], shell.pixels) > 0.5)
    return np.asarray(stays)


def _canonical(head: HeadMesh, rig: Rig) -> FloatArray:
    """Vertices (V, 3) in the pose of the bake, the parts of the mouth laid out apart."""
    canonical = rig.deform(BAKE_POSE).astype(np.float32)
    start, stop = head.mouth_start, head.mouth_start + len(head.mouth.vertices)
    inner = np.unique(head.faces[head.part == Part.MOUTH])
    generated = head.mouth.region[np.clip(inner - start, 0, None)]
    sack = (inner < head.skin_count) | (generated == MouthRegion.CAVITY)
    box = canonical[inner[sack]].astype(np.float64)
    canonical[start:stop] = lay_out(head.mouth, canonical[start:stop], box.min(0), box.max(0))
    return canonical


def _sunk(head: HeadMesh, canvas: Canvas, photo: FloatArray) -> FloatArray:
    """Displacement (V, 3) of the scalp below the hair; two surfaces so close would flicker.

    ``photo`` are the head's vertices in the photo. Sunk is what shows hair there, the neck below
    a collar, and above the ears what the photo does not show at all.
    """
    count = head.skin_count
    skin = photo[:count]
    faces = head.faces[(head.faces < count).all(1)]
    normals = vertex_normals(skin, faces)
    towards = canvas.camera.cam2world[:3, 3] - skin
    facing = np.einsum("ij,ij->i", normals, towards / np.linalg.norm(towards, axis=1)[:, None])
    where, _ = canvas.project(skin)
    garment = canvas.classes["hair"] + canvas.classes["clothes"]
    covered = canvas.sample(garment, where) > 0.5
    ear = head.skin_region == Region.EAR
    level = float(np.median(head.rig.rest[:count][ear, 1])) if ear.any() else 0.0
    away = (facing < 0.1) & (head.rig.rest[:count, 1] > level) & (skin[:, 2] < 0.08)
    forehead = head.rig.rest[:count, 1] > level
    collared = (canvas.sample(canvas.classes["clothes"], where) > 0.5) & (
        head.skin_region == Region.NECK
    )
    depth = ((covered & (forehead | collared) & (facing > -0.2)) | away) & (
        head.skin_region != Region.EYE_SOCKET
    )
    depth = np.where(ear & ~away, 0.0, depth.astype(np.float64))
    links = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    degree = np.bincount(links.ravel(), minlength=count)
    for _ in range(4):
        total = np.bincount(links[:, 0], depth[links[:, 1]], count)
        total += np.bincount(links[:, 1], depth[links[:, 0]], count)
        depth = 0.5 * depth + 0.5 * total / np.maximum(degree, 1)
    offset = np.zeros_like(head.rig.rest)
    offset[:count] = -SUNK * depth[:, None] * normals
    return offset
