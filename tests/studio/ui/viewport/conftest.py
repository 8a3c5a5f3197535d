"""A desk with a quick avatar whose pictures tell how they were asked for."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from models.camera import Camera
from models.pose import Pose
from studio.session.settings import Settings
from studio.session.state import OpenAvatar
from studio.ui.desk import Desk
from studio.ui.viewport import stage
from studio.ui.viewport.viewport import Viewport

PATIENCE_MS = 20_000
PHOTO = (200, 30, 30)


class Portrait:
    """Renders fine stripes across and the number of the picture in blue; waits where told to."""

    def __init__(self) -> None:
        self.source_camera = Camera.orbit(yaw=10, pitch=5)
        self.source_pose = Pose.neutral()
        crop = np.empty((3, 64, 64), np.uint8)
        crop[:] = np.array(PHOTO, np.uint8)[:, None, None]
        self.parts = types.SimpleNamespace(source=types.SimpleNamespace(crop=crop))
        self.sizes: list[int] = []
        self.gate: threading.Semaphore | None = None
        self.begun = threading.Semaphore(0)
        self.fault: Exception | None = None

    def render(self, pose, camera, *, size, background, **options):
        self.sizes.append(size)
        number = len(self.sizes)
        self.begun.release()
        if self.gate is not None:
            assert self.gate.acquire(timeout=20)
        if self.fault is not None:
            raise self.fault
        picture = np.zeros((3 if background is not None else 4, size, size), np.float32)
        picture[0] = (np.arange(size) % 7 / 7.0)[None, :]
        picture[1] = (np.arange(size) / size)[:, None]
        picture[2] = number % 200 / 255.0
        if background is None:
            picture[3, : size // 2] = 1.0
        return picture


@pytest.fixture(autouse=True)
def painter_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same surface on every machine."""
    monkeypatch.setattr(stage, "opengl_fault", lambda: "not in tests")


@pytest.fixture
def desk(qapp, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("TRIPTYCH_STATE", str(tmp_path))
    desk = Desk(Settings(device="cpu", interactive_resolution=128))
    yield desk
    assert desk.close()


@pytest.fixture
def portrait() -> Portrait:
    return Portrait()


@pytest.fixture
def viewport(desk, qtbot) -> Viewport:
    viewport = Viewport(desk)
    qtbot.addWidget(viewport)
    viewport.resize(500, 440)
    viewport.show()
    return viewport


@pytest.fixture
def settle(qtbot, viewport) -> Callable[[], None]:
    """Wait until the picture at rest is shown."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not viewport.pump.waiting, timeout=PATIENCE_MS)

    return wait


@pytest.fixture
def opened(desk, portrait, viewport, settle) -> Viewport:
    """A viewport at rest with the portrait in it."""
    desk.session.open_avatar(OpenAvatar(portrait, "anna"))
    settle()
    return viewport
