"""The whole benchmark: everything in one run, so that its numbers belong together."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from models.avatar import Avatar
from models.bench.alone import alone, build_peak, render_peak
from models.bench.building import BuildTimes, time_build
from models.bench.clock import Timing, measure
from models.bench.frames import SAMPLES, FrameBench, FrameStages, Growth, synchronised
from models.bench.limits import Limits, measure_limits
from models.bench.peer import COARSE, FINE, render_eg3d
from models.bench.webcam import FILM_SIZE, WebcamTimes, time_webcam
from models.bench.work import Distance, distance_to_limits
from models.evaluate.measure import environment
from models.render.compiled import thread_count
from models.render.devices import choose_device

SCHEMA = 1
TIMING = {
    "all": "seconds of wall clock: median, fastest and slowest of the runs, after a warm-up",
    "build": "photo file to avatar in memory, weights loaded and kernels compiled before",
    "frame": "pose to finished picture in memory: deform, set_up, draw, march, composite",
    "march": "by difference: it shares its loop with draw",
    "webcam": "frame in memory to picture in memory; without capture and display",
    "planes": "the avatar's head, eye and mouth planes, all resampled to one resolution",
    "peer": (
        f"EG3D's renderer in torch on the head's planes and the same camera, {COARSE} + {FINE} "
        "samples; without deformation and super-resolution"
    ),
    "peak_memory": "resident memory of the whole process, libraries included; MB of 10^6 bytes",
}


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    quick: bool
    runs: int
    build_runs: int
    size: int
    sizes: tuple[int, ...]
    samples: tuple[int, ...]
    planes: tuple[int, ...]
    peer_runs: dict[int, int]
    """Size of the peer's picture to number of runs."""
    webcam_frames: int
    product_size: int
    array_bytes: int
    memory_alone: bool


FULL = Plan(
    quick=False,
    runs=15,
    build_runs=3,
    size=512,
    sizes=(128, 256, 512, 1024),
    samples=(1, 2, 4, 8, 16),
    planes=(128, 256, 512),
    peer_runs={128: 3, 512: 1},
    webcam_frames=40,
    product_size=2048,
    array_bytes=1 << 27,
    memory_alone=True,
)
QUICK = Plan(
    quick=True,
    runs=5,
    build_runs=2,
    size=512,
    sizes=(128, 256, 512, 1024),
    samples=(1, 2, 8),
    planes=(128, 256),
    peer_runs={128: 2},
    webcam_frames=15,
    product_size=1024,
    array_bytes=1 << 26,
    memory_alone=False,
)


@dataclass(frozen=True)
class PeerTimes:
    """One size: the peer, our whole frame on the same device, and how many times slower it is."""

    size: int
    peer: Timing
    ours: Timing
    ratio: float


@dataclass
class BenchReport:
    """Everything one run measured; ``notes`` say what was left out, and why."""

    plan: Plan
    subject: str
    device: str
    threads: int
    limits: Limits
    build: BuildTimes | None
    stages: FrameStages
    distance: Distance | None
    frame: Timing
    webcam: WebcamTimes | None
    by_size: list[Growth]
    by_samples: list[Growth]
    by_planes: list[Growth]
    peers: list[PeerTimes]
    peak_megabytes: dict[str, float]
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """JSON-ready document."""
        work = self.stages.work
        return {
            "benchmark": "triptych bench",
            "schema": SCHEMA,
            "environment": environment(),
            "quick": self.plan.quick,
            "subject": self.subject,
            "device": self.device,
            "threads": self.threads,
            "samples_per_ray": SAMPLES,
            "timing": TIMING,
            "limits": asdict(self.limits),
            "build": None if self.build is None else asdict(self.build),
            "frame": asdict(self.frame) | {"size": self.stages.size},
            "frame_stages": asdict(self.stages),
            "work": {"operations": work.operations, "texel_bytes": work.texel_bytes},
            "distance": None if self.distance is None else asdict(self.distance),
            "webcam": None
            if self.webcam is None
            else asdict(self.webcam) | {"film_size": FILM_SIZE},
            "growth": {
                "resolution": [asdict(row) for row in self.by_size],
                "samples_per_ray": [asdict(row) for row in self.by_samples],
                "plane_resolution": [asdict(row) for row in self.by_planes],
            },
            "peer": [asdict(row) for row in self.peers],
            "peak_memory_mb": self.peak_megabytes,
            "notes": self.notes,
        }


def run_bench(
    photo: Path | None,
    avatar: Avatar | None,
    plan: Plan,
    device: str = "auto",
    on_part: Callable[[str], None] = lambda part: None,
) -> BenchReport:
    """Measure the build of ``photo`` and the frames of its avatar, or of ``avatar`` alone.

    Raises BadInput for a photo or device that cannot be used, ValueError when both are None.
    """
    if photo is None and avatar is None:
        raise ValueError("there is neither a photo nor an avatar to measure")
    place = choose_device(device)
    torch.set_num_threads(thread_count())
    notes: list[str] = []
    on_part("the machine's limits")
    limits = measure_limits(plan.product_size, plan.array_bytes)
    build = None
    if avatar is None:
        on_part("photo to avatar")
        build, avatar = time_build(str(photo), plan.build_runs, place)
    else:
        notes.append("An avatar was given: building was not measured.")
    on_part("pose to frame")
    frames = FrameBench(avatar)
    stages = frames.stages(plan.size, plan.runs)
    on_part("growth")
    by_size = frames.by_size(plan.sizes, plan.runs)
    by_samples = frames.by_samples(plan.samples, plan.size, plan.runs)
    by_planes = frames.by_planes(plan.planes, plan.size, plan.runs)
    if place != "cpu":
        notes.append("Stages and growth are those of the processor's kernels.")
    on_part("webcam to frame")
    webcam = _webcam(avatar, plan, place, notes)
    on_part("the peers' renderer")
    peers = [_peer(frames, size, runs, plan, place) for size, runs in plan.peer_runs.items()]
    for size in {128, plan.size} - set(plan.peer_runs):
        notes.append(f"The peers' renderer was not measured at {size} x {size} pixels.")
    on_part("memory")
    peaks = _peaks(photo, avatar) if plan.memory_alone else {}
    return BenchReport(
        plan=plan,
        subject=avatar.parts.origin.name,
        device=place,
        threads=thread_count(),
        limits=limits,
        build=build,
        stages=stages,
        distance=_distance(stages, limits, notes),
        frame=stages.whole if place == "cpu" else frames.whole(plan.size, plan.runs, place),
        webcam=webcam,
        by_size=by_size,
        by_samples=by_samples,
        by_planes=by_planes,
        peers=peers,
        peak_megabytes=peaks,
        notes=notes,
    )


def _distance(stages: FrameStages, limits: Limits, notes: list[str]) -> Distance | None:
    """How near the marching comes to the limits; a difference lost in noise leaves a note."""
    if stages.march.median <= 0:
        notes.append("The marching was too short to be told from the noise of this machine.")
        return None
    return distance_to_limits(stages.work, stages.march.median, limits)


def _webcam(avatar: Avatar, plan: Plan, device: str, notes: list[str]) -> WebcamTimes | None:
    """The webcam's times; a face that the tracker does not see leaves a note."""
    from models.errors import BadInput

    try:
        return time_webcam(avatar, plan.size, plan.webcam_frames, device)
    except BadInput as error:
        notes.append(f"Webcam to frame was not measured: {error}")
        return None


def _peer(frames: FrameBench, size: int, runs: int, plan: Plan, device: str) -> PeerTimes:
    """Time the peer's renderer, warmed up on a small picture, and our whole frame."""
    head, decoder = frames.avatar.fields()[0], frames.avatar.parts.decoder
    wait = synchronised(device)

    def render(side: int) -> None:
        render_eg3d(head, decoder, frames.camera, side, device=device)
        wait()

    render(min(size, 64))
    peer = measure(lambda: render(size), runs, warm_up=0)
    ours = frames.whole(size, plan.runs, device)
    return PeerTimes(size, peer, ours, peer.median / ours.median)


def _peaks(photo: Path | None, avatar: Avatar) -> dict[str, float]:
    """Peak memory of processes that only build, or only open and render."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.avatar"
        avatar.save(path)
        peaks = {"open_and_render": alone(render_peak, path)}
    if photo is not None:
        peaks["build"] = alone(build_peak, photo)
    return peaks
