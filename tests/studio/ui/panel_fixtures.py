"""A desk for the panels' tests, and an avatar with what they ask for."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from models.camera import Camera
from models.pose import Pose
from studio.session.settings import Settings
from studio.session.state import OpenAvatar
from studio.ui.desk import Desk

PATIENCE_MS = 20_000


class PanelAvatar:
    """Renders its jaw as brightness, so that pictures of poses differ."""

    def __init__(self, head: str = "open", fov: float = 25.0) -> None:
        self.info = {"head": head}
        flipped = np.eye(100, dtype=np.float32)[::-1]
        self.expression_mirror = flipped if head == "flame" else None
        self.source_camera = Camera.orbit(fov=fov)
        self.source_pose = Pose.neutral().with_blendshapes({"jawOpen": 0.25})
        self.shape = (0.5, -1.25, 2.0) if head == "flame" else ()
        self.parts = types.SimpleNamespace()
        self.rendered: list[Pose] = []
        self.changes: list[tuple[float, ...]] = []

    def reshaped(self, change: tuple[float, ...]) -> PanelAvatar:
        self.changes.append(change)
        return self

    def render(self, pose, camera, *, size, background, **options):
        self.rendered.append(pose)
        channels = 4 if background is None else 3
        return np.full((channels, size, size), 0.1 + pose.coefficient("jawOpen"), np.float32)


@pytest.fixture
def desk(qapp, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("TRIPTYCH_STATE", str(tmp_path))
    desk = Desk(Settings(device="cpu"))
    yield desk
    assert desk.close()


@pytest.fixture
def open_avatar(desk) -> Callable[..., PanelAvatar]:
    def open_it(**options) -> PanelAvatar:
        avatar = PanelAvatar(**options)
        desk.session.open_avatar(OpenAvatar(avatar, "anna"))
        return avatar

    return open_it


def show(qtbot, widget: QWidget, width: int = 320, height: int = 700) -> None:
    """Show a widget and wait until it is laid out."""
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    qtbot.waitExposed(widget)


def drag(
    widget: QWidget, start: QPoint, *ways: QPoint, hold=Qt.KeyboardModifier.NoModifier
) -> None:
    """Press at a place, move along, release at the last place."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    mouse(widget, QEvent.Type.MouseButtonPress, start, left, left, hold)
    for way in ways:
        mouse(widget, QEvent.Type.MouseMove, way, none, left, hold)
    mouse(widget, QEvent.Type.MouseButtonRelease, ways[-1], left, none, hold)


def mouse(
    widget: QWidget,
    kind: QEvent.Type,
    at: QPoint,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    buttons: Qt.MouseButton = Qt.MouseButton.LeftButton,
    hold=Qt.KeyboardModifier.NoModifier,
) -> None:
    """One mouse event."""
    place = QPointF(at)
    event = QMouseEvent(kind, place, widget.mapToGlobal(place), button, buttons, hold)
    QApplication.sendEvent(widget, event)


def steps(desk: Desk) -> list[str]:
    """Labels of the undo list without the start."""
    return [step.label for step in desk.session.history.steps[1:]]
