"""The real window, offscreen, with a stand-in for the avatar and quick builds."""

from __future__ import annotations

import gc
import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QMenu

# Kernels load here: a worker that began to load them amid a test would outlive it.
import models.animate.proxy  # noqa: F401
from studio.engine.child import Child
from studio.session.recovery import Autosave
from studio.session.settings import Settings
from studio.ui.desk import Desk
from studio.ui.main_window import MainWindow
from studio.ui.theme import Theme
from studio.ui.viewport import stage
from tests.studio import fake_avatar

PATIENCE_MS = 30_000


def delete_later_now() -> None:
    """Delete what ``deleteLater`` put aside."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def state_folder(tmp_path, monkeypatch) -> Path:
    """The user's folders, for this test alone."""
    folder = tmp_path / "state"
    monkeypatch.setenv("TRIPTYCH_STATE", str(folder))
    return folder


@pytest.fixture
def nothing_leaks(qapp) -> Iterator[None]:
    """Fail on threads, processes and windows that outlive their test."""
    threads, windows = set(threading.enumerate()), set(QApplication.topLevelWidgets())
    yield
    delete_later_now()
    gc.collect()
    left = [t for t in set(threading.enumerate()) - threads if not t.name.startswith("render")]
    assert left == []
    assert multiprocessing.active_children() == []
    # Plots keep the menus of pyqtgraph, which have no parent, for as long as they please.
    new = set(QApplication.topLevelWidgets()) - windows
    assert [widget for widget in new if not isinstance(widget, QMenu)] == []


@pytest.fixture
def fake_models(monkeypatch) -> type[fake_avatar.Avatar]:
    """``models.avatar`` replaced by the stand-in."""
    monkeypatch.setitem(sys.modules, "models.avatar", fake_avatar)
    monkeypatch.setattr(fake_avatar.Avatar, "fault", None)
    return fake_avatar.Avatar


@pytest.fixture
def make_window(
    qapp, qtbot, tmp_path, fake_models, monkeypatch, nothing_leaks
) -> Iterator[Callable[[], MainWindow]]:
    """Open a window; all are closed at the end."""
    monkeypatch.setattr(stage, "opengl_fault", lambda: "not in tests")
    windows: list[MainWindow] = []

    def make(**preferences) -> MainWindow:
        desk = Desk(Settings(device="cpu", consent_shown=True, **preferences))
        desk.engine.child = Child("tests.studio.ui.child_tasks")
        window = MainWindow(desk, Theme(qapp, "dark"), Autosave(), tmp_path)
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in windows:
        window.leave()
        session = window.desk.session
        window.deleteLater()
        delete_later_now()
        events = [value for name, value in vars(session).items() if name.endswith("_changed")]
        assert [len(event) for event in events] == [0] * len(events)


@pytest.fixture
def window(make_window) -> MainWindow:
    """A window in which nothing is open."""
    return make_window()


@pytest.fixture
def avatar_file(tmp_path) -> Path:
    """A file that the stand-in can load."""
    path = tmp_path / "anna.avatar"
    path.write_text("avatar")
    return path


@pytest.fixture
def wait(qtbot) -> Callable[[Callable[[], object]], None]:
    """Wait until something is true."""
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)


@pytest.fixture
def opened(window, avatar_file, wait) -> MainWindow:
    """A window with an avatar from a file."""
    window.documents.open(avatar_file)
    wait(lambda: window.desk.session.avatar is not None)
    return window
