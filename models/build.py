"""From a photo to the parts of an avatar, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Proxy
from models.assets import find_asset, get_asset
from models.avatar_parts import STAGES, AvatarParts, BuildReport, Origin, SourcePhoto
from models.camera import Camera
from models.head.assemble import Identity, assemble_head
from models.head.choice import OPEN, HeadChoice, choose_head
from models.head.fit import HeadFit, fit_head
from models.head.identity import identity_of
from models.head.lip_fit import lips_onto_photo
from models.head.lip_line import with_true_lips
from models.head.open_head import OpenHeadData
from models.head.teeth_colour import INNER_LIPS
from models.plane_storage import StoredField, StoredPlanes
from models.portrait.parse import CLASS_NAMES
from models.portrait.portrait import Portrait, prepare
from models.pose import Pose
from models.reconstruct.analytic_decoder import analytic_decoder
from models.reconstruct.bake import bake_fields
from models.reconstruct.canvas import Canvas, make_canvas
from models.reconstruct.field_bake import BakedField
from models.reconstruct.reshape import shape_basis
from models.reconstruct.shell import build_shell
from models.reconstruct.surface import Surface, join

FloatArray = NDArray[np.float32]
Progress = Callable[[str, float], None]
"""Called with a stage's name and the share of the whole work done when it begins."""

_BEGINS = dict(zip(STAGES, (0.0, 0.42, 0.48, 0.52), strict=True))
"""Share of a usual build that lies before each stage."""
_CUT_OUT = ("cut out", 0.19)
_ASSETS = ("open_head", "face_landmarker", "selfie_multiclass", "modnet")
_POOR_FIT = 2.0


class _Stages:
    """Reports stages and times them."""

    def __init__(self, progress: Progress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage: str | None = None
        self._since = 0.0

    def begin(self, stage: str) -> None:
        self.end()
        if self._progress is not None:
            self._progress(stage, _BEGINS[stage])
        self._stage, self._since = stage, time.perf_counter()

    def half_way(self) -> None:
        """The first stage, the longest, has a step of its own from which the pace shows."""
        if self._progress is not None:
            self._progress(*_CUT_OUT)

    def end(self) -> None:
        if self._stage is not None:
            self.seconds[self._stage] = time.perf_counter() - self._since
        self._stage = None


def build_parts(
    photo: str | Path | NDArray[np.generic],
    *,
    face: int | None = None,
    head: str | Path = OPEN,
    resolution: int = 256,
    progress: Progress | None = None,
) -> AvatarParts:
    """Build an avatar's parts.

    Args:
        photo: a picture file, or an RGB array (H, W, 3).
        face: which face, 0 is the largest; None takes the largest too.
        head: ``open``, or a FLAME file.
        resolution: texels along a side of the head's planes.
        progress: called when a stage begins; what it raises ends the build.

    Raises:
        BadInput: for a photo or head that cannot be used; MissingAsset: for missing weights.
    """
    stages = _Stages(progress)
    stages.begin("portrait")
    portrait = prepare(photo, face, found=stages.half_way)
    stages.begin("fit")
    chosen = choose_head(head)
    fit, identity, pose = fit_person(chosen.data, portrait)
    stages.begin("reconstruct")
    canvas, surface = reconstruct(chosen.data, identity, pose, fit.camera, portrait)
    stages.begin("bake")
    baked = bake_fields(portrait, canvas, surface, resolution, identity.iris_ratio)
    fields = tuple(stored_field(field) for field in baked)
    stages.end()
    return AvatarParts(
        proxy=_compact(_changeable(surface, chosen)),
        fields=fields,
        decoder=analytic_decoder(),
        source=_source(portrait, fit.camera, pose),
        origin=_origin(chosen, identity, portrait),
        report=BuildReport(stages.seconds, fit.error, _warnings(portrait, fit)),
    )


def fit_person(head: OpenHeadData, portrait: Portrait) -> tuple[HeadFit, Identity, Pose]:
    """Fit ``head`` to the photo: camera and landmark error, the person, and the photo's pose."""
    size = portrait.crop.size
    landmarks = with_true_lips(portrait.crop.rgb, portrait.landmarks)
    fit = fit_head(head, landmarks, portrait.blendshapes, size)
    cover = sum(portrait.classes[CLASS_NAMES.index(name)] for name in ("hair", "clothes", "other"))
    identity, pose = identity_of(head, fit, landmarks, portrait.alpha[0], cover)
    contour = landmarks[list(INNER_LIPS), :2]
    identity = lips_onto_photo(head, identity, pose, fit.camera, contour, size)
    return fit, identity, pose


def reconstruct(
    head: OpenHeadData, identity: Identity, pose: Pose, camera: Camera, portrait: Portrait
) -> tuple[Canvas, Surface]:
    """The person's surface: fitted head and shell, rigged and joined."""
    mesh = assemble_head(head, identity)
    canvas = make_canvas(portrait, camera)
    shell = build_shell(canvas, mesh, mesh.rig.deform(pose))
    return canvas, join(mesh, shell, pose, canvas)


def stored_field(baked: BakedField) -> StoredField:
    """Round a baked field to the precision in which avatars keep it."""
    return StoredField(
        StoredPlanes.quantise(baked.canonical_planes),
        StoredPlanes.quantise(baked.appearance_planes),
        np.asarray(baked.center, np.float32),
        float(np.float32(baked.box_warp)),
    )


def _changeable(surface: Surface, chosen: HeadChoice) -> Proxy:
    """The proxy; on a FLAME head with the components by which the person can be changed."""
    proxy = surface.proxy
    if chosen.data.expression is None:
        return proxy
    shape = shape_basis(chosen.data, surface.head, proxy.rig)
    return replace(proxy, rig=replace(proxy.rig, shape=shape))


def _compact(proxy: Proxy) -> Proxy:
    """The proxy with the types that a file holds."""
    return Proxy(
        np.ascontiguousarray(proxy.canonical, np.float32),
        np.ascontiguousarray(proxy.faces, np.int32),
        np.ascontiguousarray(proxy.part, np.uint8),
        np.ascontiguousarray(proxy.soft, np.bool_),
        proxy.rig,
    )


def _source(portrait: Portrait, camera: Camera, pose: Pose) -> SourcePhoto:
    return SourcePhoto(
        crop=_eight_bit(portrait.crop.rgb),
        matte=_eight_bit(portrait.alpha),
        valid=portrait.crop.valid > 0.5,
        background=_eight_bit(portrait.background),
        camera=camera,
        pose=pose,
    )


def _eight_bit(image: FloatArray) -> NDArray[np.uint8]:
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def _origin(head: HeadChoice, identity: Identity, portrait: Portrait) -> Origin:
    used = [get_asset(name) for name in _ASSETS if find_asset(name) is not None]
    return Origin(
        name=Path(portrait.name).stem,
        head=head.kind,
        head_file=head.file,
        shape=tuple(float(value) for value in identity.shape),
        metres_per_unit=head.data.metres_per_unit,
        made_with=f"Triptych {_version()}",
        licences=(*(f"{a.name}: {a.licence} ({a.holder})" for a in used), *head.licences),
        details={
            "iris_ratio": identity.iris_ratio,
            "eye_axis": identity.eye_axis.astype(float).tolist(),
            "head_angles": [portrait.yaw, portrait.pitch, portrait.roll],
            "faces": portrait.faces,
        },
    )


def _version() -> str:
    try:
        return metadata.version("triptych-studio")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _warnings(portrait: Portrait, fit: HeadFit) -> tuple[str, ...]:
    notes = list(portrait.warnings)
    if fit.error > _POOR_FIT:
        notes.append(
            f"the head fits {portrait.name} only to {fit.error:.1f} % of the eye distance: "
            "try a more frontal photo"
        )
    return tuple(notes)
