"""A stand-in for ``models.avatar`` that is quick and remembers how it was called."""

from __future__ import annotations

import types
from pathlib import Path

import numpy as np

from models.camera import Camera
from models.errors import BadInput
from models.files import atomic_write
from models.pose import Pose

SOURCE_CAMERA = Camera.orbit(yaw=12, pitch=-4, radius=3.1, fov=16)
SOURCE_POSE = Pose.neutral().with_blendshapes({"jawOpen": 0.25})

PIVOTS = np.array([[0, 0, 0], [0, -0.2, -0.06], [0, -0.06, 0.01], *[[0, 0, 0.1]] * 4], np.float32)


class Avatar:
    """Saves and loads one line of text, renders plain colours."""

    calls: list[tuple[str, dict]] = []
    fault: BaseException | None = None

    def __init__(self) -> None:
        self.report = types.SimpleNamespace(
            seconds={"portrait": 0.5, "head": 1.25}, fit_error_percent=0.875, warnings=["hat"]
        )
        self.info = {"version": 1, "camera": {"fov": 18.837}, "licences": ["CC0-1.0"]}
        self.source_camera, self.source_pose = SOURCE_CAMERA, SOURCE_POSE
        self.source_crop = np.full((3, 512, 512), 0.5, np.float32)
        self.source_matte = np.ones((1, 512, 512), np.float32)
        rig = types.SimpleNamespace(pivots=PIVOTS)
        self.parts = types.SimpleNamespace(proxy=types.SimpleNamespace(rig=rig))

    @classmethod
    def build(cls, photo, *, face, head, resolution, device, progress):
        options = {"face": face, "head": head, "resolution": resolution, "device": device}
        cls.calls.append(("build", options))
        progress("portrait", 0.3)
        if cls.fault is not None:
            raise cls.fault
        return cls()

    def save(self, path) -> None:
        with atomic_write(path) as temporary:
            temporary.write_text("avatar")

    @classmethod
    def load(cls, path) -> Avatar:
        if Path(path).read_text() != "avatar":
            raise BadInput(f"{path} is not an avatar.")
        return cls()

    def render(
        self,
        pose,
        camera,
        *,
        size,
        background,
        branch="all",
        mode="color",
        reference=False,
        device="auto",
        samples=2,
        timings=None,
    ):
        call = {"pose": pose, "camera": camera, "background": background, "mode": mode}
        self.calls.append(
            ("render", call | {"branch": branch, "reference": reference, "device": device})
        )
        if self.fault is not None and len(self.calls) > 3:
            raise self.fault
        channels = 4 if background is None else 3
        return np.full((channels, size, size), 0.25, np.float32)
