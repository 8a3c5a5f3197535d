"""From a pose to a frame, stage by stage, and how that grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models.avatar import Avatar
from models.avatar_fields import PackedFields
from models.background import Background
from models.bench.clock import Timing, measure
from models.bench.work import FrameWork
from models.camera import Camera
from models.pose import PRESETS
from models.render.compiled import compiled, run_parallel
from models.render.composite import over_background
from models.render.frame import DEFAULT_BAND, FrameBuffers, band_lists, render_frame
from models.render.narrowband import BAND
from models.render.raster import draw_band
from models.render.scene import Scene, prepare
from models.render.simd import LANES, take_number
from models.triplane.field import TriplaneField

FloatArray = NDArray[np.float32]

SAMPLES = 2
_WALL = Background.parse("#7f858c")
_POSES = 8


@dataclass(frozen=True)
class FrameStages:
    """Where a frame's time goes at one size, on the processor.

    Attributes:
        size: pixels along a side; work: what was shaded.
        deform: rig; set_up: project and describe triangles, sort them into bands; draw: z-buffer.
        march: group, sample, decode, composite samples: the rest of the renderer's time, by
            difference (it shares its loop with drawing).
        composite: lay over a background.
        whole: a call of ``Avatar.render``, pose to picture.
    """

    size: int
    work: FrameWork
    deform: Timing
    set_up: Timing
    draw: Timing
    march: Timing
    composite: Timing
    whole: Timing


@dataclass(frozen=True)
class Growth:
    """One point of a curve: the setting and the time of a whole frame."""

    setting: int
    frame: Timing
    samples: int


class FrameBench:
    """An avatar unpacked for timing. Every run takes the next of a few poses."""

    def __init__(self, avatar: Avatar) -> None:
        """Pack the avatar's fields once, as rendering does."""
        self.avatar = avatar
        self.camera: Camera = avatar.source_camera
        self._poses = [
            avatar.source_pose.lerp(PRESETS["smile"], (k + 1) / _POSES) for k in range(_POSES)
        ]
        self._turn = 0
        self._packed = PackedFields.of(avatar.fields(), avatar.parts.decoder)
        self._buffers = FrameBuffers()

    def _posed(self) -> FloatArray:
        self._turn += 1
        return self.avatar.parts.proxy.rig.deform(self._poses[self._turn % _POSES])

    def stages(self, size: int, runs: int) -> FrameStages:
        """Time the stages at ``size`` pixels with ``SAMPLES`` samples a ray."""
        scene = self._scene(self._packed, size, SAMPLES)
        frame = self._render(self._packed, size, SAMPLES)
        layer = np.full((3, size, size), 0.5, np.float32)
        render = measure(lambda: self._render(self._packed, size, SAMPLES, scene.posed), runs)
        work = self._work(self._packed, size)
        set_up = measure(lambda: self._set_up(scene), runs)
        draw = self._draw_timing(scene, runs)
        return FrameStages(
            size=size,
            work=work,
            deform=measure(self._posed, runs),
            set_up=set_up,
            draw=draw,
            march=_less(render, set_up.median + draw.median),
            composite=measure(lambda: over_background(frame[0], frame[1], layer), runs),
            whole=self.whole(size, runs, "cpu"),
        )

    def whole(self, size: int, runs: int, device: str, samples: int = SAMPLES) -> Timing:
        """Time ``Avatar.render``, pose to picture in memory."""

        def call() -> FloatArray:
            self._turn += 1
            pose = self._poses[self._turn % _POSES]
            return self.avatar.render(
                pose, self.camera, size, background=_WALL, samples=samples, device=device
            )

        return measure(call, runs, warm_up=2)

    def by_size(self, sizes: Sequence[int], runs: int) -> list[Growth]:
        """Frames of growing resolution."""
        return [self._growth(size, size, SAMPLES, self._packed, runs) for size in sizes]

    def by_samples(self, counts: Sequence[int], size: int, runs: int) -> list[Growth]:
        """Frames with more and more samples a ray."""
        return [self._growth(count, size, count, self._packed, runs) for count in counts]

    def by_planes(self, resolutions: Sequence[int], size: int, runs: int) -> list[Growth]:
        """Frames from planes of growing resolution, resampled from the avatar's own."""
        rows = []
        for resolution in resolutions:
            fields = [_resampled(field, resolution) for field in self.avatar.fields()]
            packed = PackedFields.of(fields, self.avatar.parts.decoder)
            rows.append(self._growth(resolution, size, SAMPLES, packed, runs))
        return rows

    def _growth(
        self, setting: int, size: int, samples: int, packed: PackedFields, runs: int
    ) -> Growth:
        timing = measure(lambda: self._render(packed, size, samples), runs)
        return Growth(setting, timing, self._work(packed, size).samples)

    def _render(
        self, packed: PackedFields, size: int, samples: int, posed: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        proxy = self.avatar.parts.proxy
        frame = render_frame(
            proxy_canonical=proxy.canonical,
            proxy_posed=self._posed() if posed is None else posed,
            faces=proxy.faces,
            part=proxy.part,
            fields=packed.fields,
            decoder=packed.decoder,
            camera=self.camera,
            size=size,
            samples=samples,
            soft=proxy.soft,
            buffers=self._buffers,
        )
        return frame.rgb, frame.alpha

    def _work(self, packed: PackedFields, size: int) -> FrameWork:
        """What the last frame of the kernels did."""
        points, samples = self._buffers.arrays["counts"].sum(0)
        channels, hidden = packed.decoder.w1.shape
        return FrameWork(size * size, int(points), int(samples), channels, hidden)

    def _scene(self, packed: PackedFields, size: int, samples: int) -> Scene:
        proxy = self.avatar.parts.proxy
        return Scene(
            canonical=proxy.canonical,
            posed=self._posed(),
            faces=proxy.faces,
            part=proxy.part,
            soft=proxy.soft,
            fields=packed.fields,
            decoder=packed.decoder,
            camera=self.camera,
            size=size,
            samples=samples,
            band=DEFAULT_BAND,
            guides=False,
        )

    def _set_up(self, scene: Scene) -> None:
        prepared = prepare(scene, self._buffers)
        band_lists(prepared.boxes, scene.size, self._buffers)

    def _draw_timing(self, scene: Scene, runs: int) -> Timing:
        prepared = prepare(scene, self._buffers)
        starts, lists = band_lists(prepared.boxes, scene.size, self._buffers)
        soft = np.require(scene.soft, np.bool_, ["C", "W"])

        def call() -> None:
            run_parallel(
                _draw_bands, scene.size, starts, lists, prepared.edges, prepared.boxes, soft
            )

        return measure(call, runs)


def _less(whole: Timing, part: float) -> Timing:
    """What is left of a timing after a part of constant length."""
    shorter = replace(
        whole,
        median=max(whole.median - part, 0.0),
        fastest=max(whole.fastest - part, 0.0),
        slowest=max(whole.slowest - part, 0.0),
    )
    return shorter


def _resampled(field: TriplaneField, resolution: int) -> TriplaneField:
    planes = functional.interpolate(
        field.tensor(), size=(resolution, resolution), mode="bilinear", align_corners=False
    )
    return TriplaneField(planes.numpy(), field.center, field.box_warp)


@compiled
def _draw_bands(
    counter: NDArray[np.int64],
    size: int,
    starts: NDArray[np.int64],
    lists: NDArray[np.int32],
    edges: NDArray[np.float64],
    boxes: NDArray[np.int32],
    soft: NDArray[np.bool_],
) -> None:
    """The drawing of `models.render.narrowband.render_bands`, without the shading."""
    columns = 2 * size + LANES
    near, owner = np.empty((2 * BAND, columns), np.float32), np.empty((2 * BAND, columns), np.int32)
    soft_near, soft_owner = np.empty_like(near), np.empty_like(owner)
    while True:
        number = take_number(counter.ctypes.data)
        top = number * BAND
        if top >= size:
            break
        mine = lists[starts[number] : starts[number + 1]]
        near[:], owner[:] = 0.0, -1
        draw_band(mine, edges, boxes, soft, False, 2 * top, near, near, owner)
        soft_near[:], soft_owner[:] = 0.0, -1
        draw_band(mine, edges, boxes, soft, True, 2 * top, near, soft_near, soft_owner)


def synchronised(device: str) -> Callable[[], None]:
    """Waits until ``device`` has done everything that was asked of it."""
    if device.startswith("cuda"):
        return torch.cuda.synchronize
    if device.startswith("mps"):
        return torch.mps.synchronize
    return lambda: None
