"""The reconstruction protocol: how like its photo is the avatar, also turned?

For every photo: build, render the source view at 512 x 512, compare with the photo inside the
matte, compare identities at the source pose and with the camera orbited, and time the frames.
Photos run one after the other in this process; identical inputs give identical numbers, apart from
times and memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from models.errors import BadInput
from models.evaluate.identity import FaceEmbedder, cosine
from models.evaluate.lpips import lpips
from models.evaluate.measure import (
    StageClock,
    environment,
    median_seconds,
    peak_memory_bytes,
    reset_peak_memory,
)
from models.evaluate.metrics import l1, psnr, ssim
from models.evaluate.report import Judges, Summary, finite, load_judges, reason, summary
from models.evaluate.views import PHOTO, RenderableAvatar, View
from models.pose import PRESETS

Build = Callable[[Path, Callable[[str], None]], RenderableAvatar]
"""Makes an avatar of a photo, calling back with the name of each stage that begins."""

SIZE = 512
YAWS = (-45, -40, -30, -20, -15, 0, 15, 20, 30, 40, 45)
FRAMES = 9
SUFFIXES = frozenset(
    ".jpg .jpeg .png .webp .tif .tiff .bmp .heic .heif .avif".split()  # what the reader accepts
)
TIMING = {
    "build": "photo file to avatar in memory, weights loaded and kernels compiled before; seconds",
    "frame": f"one render call, pose to finished picture, median of {FRAMES} poses; seconds",
    "peak_memory": "resident memory of the whole process, libraries included, during that part; MB",
}

_MEGABYTE = 1e6


@dataclass(frozen=True)
class Reconstruction:
    """The numbers of one photo.

    PSNR (dB), SSIM, L1 and LPIPS are those of the source view inside the matte; ``csim`` maps the
    camera's yaw in degrees to the identity similarity with the photo. None: the asset is missing,
    or (CSIM) no face was found in that view.
    """

    photo: str
    resolution: int
    psnr: float
    ssim: float
    l1: float
    lpips: float | None
    csim: dict[int, float | None]
    build_seconds: float
    build_stages: dict[str, float]
    frame_512_seconds: float
    frame_256_seconds: float
    build_peak_mb: float
    render_peak_mb: float


@dataclass(frozen=True)
class Failure:
    """A photo, or part of its evaluation, that did not work, and why."""

    photo: str
    reason: str


@dataclass
class Report:
    """Everything one run found out.

    ``notes`` holds one sentence for each metric that could not be computed at all.
    """

    rows: list[Reconstruction] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_json(self, **facts: Any) -> dict[str, Any]:
        """JSON-ready document; ``facts`` (device, samples per ray) are added to every row."""
        return {
            "protocol": "reconstruct",
            "environment": environment(),
            "timing": TIMING,
            "rows": [finite({**asdict(row), **facts}) for row in self.rows],
            "summary": {name: finite(asdict(s)) for name, s in summarise(self.rows).items()},
            "failures": [asdict(failure) for failure in self.failures],
            "notes": self.notes,
        }


def find_photos(path: Path) -> list[Path]:
    """The photo itself, or the pictures of a folder by name. Raises BadInput when there is none."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise BadInput(f"{path} does not exist; give a photo or a folder of photos.")
    photos = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    if not photos:
        raise BadInput(f"{path} holds no photos; give a folder with JPEG, PNG or other pictures.")
    return photos


def evaluate_photos(
    photos: Iterable[Path],
    build: Build,
    *,
    on_photo: Callable[[Path], None] = lambda photo: None,
    on_avatar: Callable[[Path, RenderableAvatar], None] = lambda photo, avatar: None,
) -> Report:
    """Run the protocol over ``photos``.

    ``on_photo`` is called before each photo and ``on_avatar`` with each measured avatar (for
    sheets). Whatever goes wrong with one photo becomes a Failure, and the next one begins.
    """
    judges = load_judges()
    report = Report(notes=list(judges.notes))
    warm = False
    for photo in photos:
        on_photo(photo)
        try:
            if not warm:
                build(photo, lambda stage: None)
                warm = True
            row, avatar = evaluate_photo(photo, build, judges)
            report.rows.append(row)
            on_avatar(photo, avatar)
        except Exception as error:  # any fault of one photo must leave the others their numbers
            report.failures.append(Failure(photo.name, reason(error)))
    return report


def evaluate_photo(
    photo: Path, build: Build, judges: Judges
) -> tuple[Reconstruction, RenderableAvatar]:
    """Build and measure one avatar; raises what the build or the renderer raises."""
    clock = StageClock()
    reset_peak_memory()
    start = time.perf_counter()
    avatar = build(photo, clock.start)
    clock.stop()
    build_seconds = time.perf_counter() - start
    build_peak = peak_memory_bytes()

    reset_peak_memory()
    frame_512, frame_256 = frame_seconds(avatar, 512), frame_seconds(avatar, 256)
    render_peak = peak_memory_bytes()

    image, matte = avatar.source_crop, avatar.source_matte
    render = View("source").render(avatar, SIZE, PHOTO)
    row = Reconstruction(
        photo=photo.name,
        resolution=SIZE,
        psnr=psnr(render, image, matte),
        ssim=ssim(render, image, matte),
        l1=l1(render, image, matte),
        lpips=lpips(render, image, matte) if judges.has_lpips else None,
        csim=identity_by_yaw(avatar, judges.embedder),
        build_seconds=build_seconds,
        build_stages=clock.seconds,
        frame_512_seconds=frame_512,
        frame_256_seconds=frame_256,
        build_peak_mb=build_peak / _MEGABYTE,
        render_peak_mb=render_peak / _MEGABYTE,
    )
    return row, avatar


def identity_by_yaw(
    avatar: RenderableAvatar, embedder: FaceEmbedder | None, yaws: Sequence[int] = YAWS
) -> dict[int, float | None]:
    """CSIM of the photo with renders from ``yaws`` degrees beside the source camera.

    The source pose is kept and the photo's background stays, so that yaw 0 is the source view.
    """
    if embedder is None:
        return dict.fromkeys(yaws)
    reference = embedder.embed(avatar.source_crop)
    similarity: dict[int, float | None] = {}
    for yaw in yaws:
        render = View("turned", yaw=yaw).render(avatar, SIZE, PHOTO)
        similarity[yaw] = cosine(reference, embedder.embed(render))
    return similarity


def frame_seconds(avatar: RenderableAvatar, size: int, frames: int = FRAMES) -> float:
    """Median seconds from a new pose to its frame of ``size`` pixels, ``frames`` poses long."""
    start, end = avatar.source_pose, PRESETS["smile"]
    camera = avatar.source_camera

    def frame(amount: float) -> Callable[[], object]:
        pose = start.lerp(end, amount)
        return lambda: avatar.render(pose, camera, size=size, background=PHOTO)

    return median_seconds([frame((index + 1) / frames) for index in range(frames)])


def summarise(rows: Sequence[Reconstruction]) -> dict[str, Summary]:
    """Median and worst of every number, by the name of its column; {} without rows."""
    if not rows:
        return {}
    columns: dict[str, tuple[list[float | None], bool]] = {
        "psnr": ([row.psnr for row in rows], True),
        "ssim": ([row.ssim for row in rows], True),
        "l1": ([row.l1 for row in rows], False),
        "lpips": ([row.lpips for row in rows], False),
        **{f"csim_{yaw}": (csim_beside(rows, yaw), True) for yaw in sorted({abs(y) for y in YAWS})},
        "build_seconds": ([row.build_seconds for row in rows], False),
        "frame_512_seconds": ([row.frame_512_seconds for row in rows], False),
        "frame_256_seconds": ([row.frame_256_seconds for row in rows], False),
        "build_peak_mb": ([row.build_peak_mb for row in rows], False),
        "render_peak_mb": ([row.render_peak_mb for row in rows], False),
    }
    return {name: summary(values, high_is_good) for name, (values, high_is_good) in columns.items()}


def csim_beside(rows: Sequence[Reconstruction], yaw: int) -> list[float | None]:
    """CSIM of all rows at ``yaw`` and ``-yaw``."""
    sides = (yaw,) if yaw == 0 else (-yaw, yaw)
    return [row.csim.get(side) for row in rows for side in sides]
