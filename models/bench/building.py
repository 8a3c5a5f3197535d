"""From a photo to an avatar, stage by stage."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.avatar import Avatar
from models.bench.clock import MEGABYTE, Timing
from models.evaluate.measure import StageClock, peak_memory_bytes, reset_peak_memory
from models.portrait.background import inpaint_background
from models.portrait.crop import crop_portrait
from models.portrait.detect import choose_face, detect_faces
from models.portrait.matte import matte
from models.portrait.parse import parse, segment
from models.portrait.read import read_image
from models.portrait.unmix import unmix_foreground
from models.pose import PRESETS


@dataclass(frozen=True)
class BuildTimes:
    """What a build costs.

    Attributes:
        portrait: the steps of its first stage, timed by themselves: read, detect, crop, segment,
            matte, unmix, background, parse.
        stages: portrait, fit, reconstruct, bake, within whole builds.
        whole: photo file to avatar in memory, weights loaded and kernels compiled before.
        peak_megabytes: largest memory of the process, libraries included, in each of ``stages``;
            empty where the system does not say.
    """

    portrait: dict[str, Timing]
    stages: dict[str, Timing]
    whole: Timing
    peak_megabytes: dict[str, float]


def time_build(photo: str, runs: int, device: str) -> tuple[BuildTimes, Avatar]:
    """Time ``runs`` builds of a photo file after one that does not count."""
    avatar = Avatar.build(photo, device=device)
    portrait = _collected([_portrait_steps(photo) for _ in range(runs)])
    stages: list[dict[str, float]] = []
    seconds: list[float] = []
    peaks = StagePeaks()
    for _ in range(runs):
        start = time.perf_counter()
        avatar = Avatar.build(photo, device=device, progress=peaks.begin)
        seconds.append(time.perf_counter() - start)
        peaks.end()
        stages.append(dict(avatar.report.seconds))
    return BuildTimes(portrait, _collected(stages), Timing.of(seconds), peaks.megabytes), avatar


def _collected(runs: list[dict[str, float]]) -> dict[str, Timing]:
    return {name: Timing.of([run[name] for run in runs]) for name in runs[0]}


def _portrait_steps(photo: str) -> dict[str, float]:
    """Seconds of the steps that `models.portrait.portrait.prepare` makes."""
    clock = StageClock()
    clock.start("read")
    picture = read_image(photo)
    seen = picture.over()
    clock.start("detect")
    face = choose_face(detect_faces(seen), None, picture.name)
    clock.start("crop")
    crop = crop_portrait(seen, face)
    clock.start("segment")
    raw = segment(crop)
    clock.start("matte")
    alpha = matte(crop, raw, [])
    clock.start("unmix")
    unmix_foreground(crop.rgb, alpha, crop.valid)
    clock.start("background")
    inpaint_background(crop.rgb, alpha, crop.valid)
    clock.start("parse")
    parse(crop, raw)
    clock.stop()
    return clock.seconds


class StagePeaks:
    """Peak memory in MB of each stage; stays empty where the system cannot say."""

    def __init__(self) -> None:
        """Start with no stage."""
        self.megabytes: dict[str, float] = {}
        self._stage: str | None = None

    def begin(self, stage: str, share: float = 0.0) -> None:
        """End the running stage and begin another."""
        self.end()
        self._stage = stage if reset_peak_memory() else None

    def end(self) -> None:
        """End the running stage, if any."""
        if self._stage is not None:
            peak = peak_memory_bytes() / MEGABYTE
            self.megabytes[self._stage] = max(peak, self.megabytes.get(self._stage, 0.0))
        self._stage = None


def frames_of(avatar: Avatar, count: int, size: int) -> list[NDArray[np.uint8]]:
    """A made-up webcam film (size, size, 3): the avatar turning a little and smiling."""
    frames = []
    for index in range(count):
        swing = float(np.sin(2 * np.pi * index / count))
        pose = avatar.source_pose.lerp(PRESETS["smile"], 0.5 + 0.5 * swing)
        pose = pose.replace(neck=pose.neck + np.array([0, 0.15 * swing, 0], np.float32))
        rgb = avatar.render(pose, avatar.source_camera, size, device="cpu")
        wall = np.float32(0.55) * (1 - rgb[3:])
        picture = (rgb[:3] * rgb[3:] + wall).transpose(1, 2, 0)
        frames.append((picture * 255 + 0.5).astype(np.uint8))
    return frames
