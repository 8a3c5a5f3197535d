"""The facade: build once from a photo, render cheaply ever after, save and load.

avatar = Avatar.build("portrait.jpg")
picture = avatar.render(avatar.source_pose, avatar.source_camera.orbited(yaw=20))
"""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.avatar_fields import BRANCHES, PackedFields, branch_fields
from models.avatar_parts import AvatarParts, BuildReport
from models.avatar_storage import load_parts, save_parts
from models.background import Background
from models.camera import Camera
from models.errors import BadInput
from models.pose import Pose
from models.render.composite import over_background
from models.render.devices import choose_device
from models.render.frame import DEFAULT_BAND, Frame, FrameBuffers, render_frame
from models.render.looks import data_picture, mesh_picture
from models.triplane.field import TriplaneField

Image = NDArray[np.float32]
Progress = Callable[[str, float], None]

MODES = ("color", "depth", "normals", "opacity", "mesh")
RESOLUTIONS = range(32, 513)
_REFERENCE_SAMPLES = 24
"""In each of the reference's two passes through the band behind the surface."""
_REFERENCE_SUPERSAMPLE = 2
_LAYERS_KEPT = 4


class Avatar:
    """One person, ready to be posed and seen from anywhere.

    Several threads may render at the same time.
    """

    def __init__(self, parts: AvatarParts, file_bytes: int | None = None) -> None:
        """Wrap ``parts``; ``file_bytes`` is the size of the file they come from."""
        self.parts = parts
        self._file_bytes = file_bytes
        self._packed: dict[str, PackedFields] = {}
        self._layers: dict[tuple[object, int], Image] = {}
        self._reshaped: tuple[tuple[float, ...], Avatar] | None = None
        self._lock = threading.Lock()
        self._local = threading.local()

    @classmethod
    def build(
        cls,
        photo: str | Path | NDArray[np.generic],
        *,
        face: int | None = None,
        head: str | Path = "open",
        resolution: int = 256,
        device: str = "auto",
        progress: Progress | None = None,
    ) -> Avatar:
        """Build an avatar from one photo.

        Args:
            photo: a picture file, or an RGB array (H, W, 3).
            face: which face, 0 is the largest; None takes the largest too.
            head: ``open``, or the path of a FLAME file (.pkl or .npz).
            resolution: texels along a side of the head's planes, 32 to 512.
            device: where torch parts of the build run; none does so far.
            progress: called with the name of each stage and the share done when it begins. What
                it raises ends the build.

        Raises:
            BadInput: for a photo or setting that cannot be used; MissingAsset: without weights.
        """
        if resolution not in RESOLUTIONS:
            raise BadInput(f"The resolution must lie between 32 and 512, not {resolution}.")
        choose_device(device)
        from models.build import build_parts

        parts = build_parts(photo, face=face, head=head, resolution=resolution, progress=progress)
        return cls(parts)

    @classmethod
    def load(cls, path: str | Path) -> Avatar:
        """Read a `.avatar` file. Raises ``BadInput`` naming what is wrong with it."""
        parts = load_parts(path)
        return cls(parts, Path(path).stat().st_size)

    def save(self, path: str | Path) -> None:
        """Write a `.avatar` file, whole or not at all. Raises ``BadInput`` when that fails."""
        save_parts(path, self.parts)

    @property
    def report(self) -> BuildReport:
        """How the build went."""
        return self.parts.report

    @property
    def source_camera(self) -> Camera:
        """Where the photo was taken from."""
        return self.parts.source.camera

    @property
    def source_pose(self) -> Pose:
        """What the face did in the photo."""
        return self.parts.source.pose

    @property
    def source_crop(self) -> Image:
        """The photo's square (3, S, S), sRGB 0..1."""
        return _unit(self.parts.source.crop)

    @property
    def source_matte(self) -> Image:
        """The person in it, opacity (1, S, S)."""
        return _unit(self.parts.source.matte)

    @property
    def source_valid(self) -> Image:
        """1 where the photo has pixels, 0 where the crop reaches beyond it, (1, S, S)."""
        return self.parts.source.valid.astype(np.float32)

    @property
    def expression_mirror(self) -> Image | None:
        """(100, 100) mirror images of FLAME's expression, for ``Pose.mirrored``.

        None for an avatar that has no such components, whose pictures show no expression.
        """
        components = self.parts.proxy.rig.expression
        return None if components is None else components.mirror

    @property
    def metres_per_unit(self) -> float:
        """Metric length of one canonical unit for this person."""
        return self.parts.origin.metres_per_unit

    @property
    def info(self) -> dict[str, Any]:
        """What is in it, JSON-ready."""
        origin, report, head = self.parts.origin, self.parts.report, self.parts.fields[0]
        document: dict[str, Any] = {
            "name": origin.name,
            "head": origin.head,
            "head_file": origin.head_file,
            "resolution": head.canonical.resolution,
            "box_warp": head.box_warp,
            "metres_per_unit": origin.metres_per_unit,
            "vertices": len(self.parts.proxy.canonical),
            "triangles": len(self.parts.proxy.faces),
            "fit_error_percent": report.fit_error_percent,
            "seconds": dict(report.seconds),
            "warnings": list(report.warnings),
            "made_with": origin.made_with,
            "licences": list(origin.licences),
            "details": dict(origin.details),
        }
        if self._file_bytes is not None:
            document["file_megabytes"] = self._file_bytes / 1e6
        return document

    @property
    def shape(self) -> tuple[float, ...]:
        """Identity coefficients that ``reshaped`` can change, as the build found them."""
        basis = self.parts.proxy.rig.shape
        return () if basis is None else self.parts.origin.shape[: len(basis.delta)]

    def reshaped(self, change: Sequence[float]) -> Avatar:
        """The avatar of a person whose identity coefficients differ by ``change``.

        It shares the fields with this one, and the last one is kept. An avatar that has no such
        components is returned as it is.
        """
        wanted = tuple(float(value) for value in change)[: len(self.shape)]
        if not any(wanted):
            return self
        with self._lock:
            if self._reshaped is None or self._reshaped[0] != wanted:
                self._reshaped = wanted, self._with_shape(wanted)
            return self._reshaped[1]

    def _with_shape(self, change: tuple[float, ...]) -> Avatar:
        proxy, origin = self.parts.proxy, self.parts.origin
        whole = [a + b for a, b in zip_longest(origin.shape, change, fillvalue=0.0)]
        other = copy.copy(self)
        other.parts = replace(
            self.parts,
            proxy=replace(proxy, rig=proxy.rig.reshaped(change)),
            origin=replace(origin, shape=tuple(whole)),
        )
        other._reshaped = None
        return other

    def render(
        self,
        pose: Pose,
        camera: Camera,
        size: int = 512,
        *,
        background: Background | None = None,
        branch: str = "all",
        mode: str = "color",
        reference: bool = False,
        samples: int = 2,
        device: str = "auto",
        timings: dict[str, float] | None = None,
    ) -> Image:
        """Render the posed avatar.

        Args:
            pose: what the face does; camera: where it is seen from; size: pixels along a side.
            background: the layer behind; None is transparency.
            branch: ``all`` is T_c + T_p. ``canonical`` is the coarse T_c alone. ``appearance``
                is T_p made visible: the shape of T_c in mid grey, coloured by T_p's residual
                alone (a grey place is one where T_c says it all).
            mode: ``color``; ``depth``, white is near, normalised over what is visible; ``normals``,
                0.5 + 0.5 n in canonical axes; ``opacity``; ``mesh``, the posed proxy in grey.
                Depth, normals and opacity stand on black, whatever the background.
            reference: the dense two-pass renderer of `models.triplane.reference`: slow, for
                comparison; shows color, depth and opacity.
            samples: samples per ray of the fast renderer, 1 to 32.
            device: ``auto``, ``cpu``, or a torch device.
            timings: gets the milliseconds of ``pose``, ``render`` and ``composite``.

        Returns:
            (3, size, size), or (4, size, size) with straight opacity last when the background is
            None; float32 0..1.

        Raises:
            BadInput: for a device that is not there, or a mode that the reference lacks.
            ValueError: for an unknown branch or mode.
        """
        if branch not in BRANCHES or mode not in MODES:
            raise ValueError(f"there is no branch {branch!r} or no mode {mode!r}")
        place = choose_device(device)
        laps = [time.perf_counter()]
        posed = self.parts.proxy.rig.deform(pose)
        laps.append(time.perf_counter())
        if mode == "mesh":
            frame = Frame(*mesh_picture(posed, self._solid_faces(), camera, size))
        elif reference:
            frame = self._reference_frame(posed, camera, size, branch, mode, place)
        else:
            guides = mode in ("depth", "normals")
            frame = self._fast_frame(posed, camera, size, branch, samples, guides, place)
        laps.append(time.perf_counter())
        if mode in ("color", "mesh"):
            picture = self._laid(frame.rgb, frame.alpha, background)
        else:
            picture = data_picture(frame, mode, transparent=background is None)
        if timings is not None:
            laps.append(time.perf_counter())
            stages = zip(("pose", "render", "composite"), laps, laps[1:], strict=False)
            timings.update({name: 1e3 * (end - begin) for name, begin, end in stages})
        return picture

    def _fast_frame(
        self,
        posed: Image,
        camera: Camera,
        size: int,
        branch: str,
        samples: int,
        guides: bool,
        device: str,
    ) -> Frame:
        proxy, packed = self.parts.proxy, self._branch(branch)
        return render_frame(
            proxy_canonical=proxy.canonical,
            proxy_posed=posed,
            faces=proxy.faces,
            part=proxy.part,
            fields=packed.fields,
            decoder=packed.decoder,
            camera=camera,
            size=size,
            samples=samples,
            soft=proxy.soft,
            guides=guides,
            device=device,
            buffers=self._buffers(),
        )

    def _reference_frame(
        self, posed: Image, camera: Camera, size: int, branch: str, mode: str, device: str
    ) -> Frame:
        if mode == "normals":
            raise BadInput("The reference renderer shows color, depth and opacity, not normals.")
        # Only the reference needs torch, which takes longer to load than a picture to render.
        import torch

        from models.render.visible_warp import visible_layers
        from models.triplane.reference import Quality, render_reference

        quality = Quality(
            _REFERENCE_SAMPLES, _REFERENCE_SAMPLES, supersample=_REFERENCE_SUPERSAMPLE
        )
        rays = size * quality.supersample
        layers = visible_layers(self.parts.proxy, posed, camera, rays, DEFAULT_BAND)
        with torch.no_grad():
            image = render_reference(
                self.fields(branch),
                self.parts.decoder,
                camera,
                size,
                layers=layers,
                quality=quality,
                device=device,
            )
        rgb, alpha, depth = (layer.cpu().numpy() for layer in (image.rgb, image.alpha, image.depth))
        return Frame(rgb, alpha, depth)

    def fields(self, branch: str = "all") -> list[TriplaneField]:
        """The tri-planes of a branch in the order of ``Part``, decoded to float32."""
        return branch_fields(self.parts, branch)

    def _branch(self, branch: str) -> PackedFields:
        with self._lock:
            if branch not in self._packed:
                self._packed[branch] = PackedFields.of(self.fields(branch), self.parts.decoder)
            return self._packed[branch]

    def _buffers(self) -> FrameBuffers:
        buffers: FrameBuffers | None = getattr(self._local, "buffers", None)
        if buffers is None:
            buffers = self._local.buffers = FrameBuffers()
        return buffers

    def _solid_faces(self) -> NDArray[np.int32]:
        return self.parts.proxy.faces[~self.parts.proxy.soft]

    def _laid(self, rgb: Image, alpha: Image, background: Background | None) -> Image:
        if background is None:
            picture = np.concatenate([rgb, alpha])
        else:
            picture = over_background(rgb, alpha, self._layer(background, rgb.shape[-1]))
        return np.clip(picture, 0, 1, out=picture)

    def _layer(self, background: Background, size: int) -> Image:
        """The background's pixels; the last few are kept, as blurring takes its time."""
        key = (background.kind if background.pixels is None else background, size)
        with self._lock:
            if key not in self._layers:
                if len(self._layers) >= _LAYERS_KEPT:
                    del self._layers[next(iter(self._layers))]
                photo = _unit(self.parts.source.background)
                self._layers[key] = background.layer(photo, size)
            return self._layers[key]


def _unit(image: NDArray[np.uint8]) -> Image:
    return np.asarray(image.astype(np.float32) / np.float32(255), np.float32)
