"""Somebody at the studio, with mouse and keyboard, on a display with OpenGL.

`python -m tests.studio.ui.journey work|recover FOLDER`: ``work`` opens a photo, orbits, moves
sliders, undoes, saves, reopens, and dies amid unsaved work; ``recover`` finds that work again.
Exit codes: 0 all went well, 77 there is no OpenGL, 1 something did not.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from studio.sample_portrait import write_portrait
from studio.session.settings import Settings, save_settings
from studio.ui.app import run_studio
from studio.ui.bench.driver import Driver
from studio.ui.controls.value_control import ValueControl
from studio.ui.main_window import MainWindow
from studio.ui.pixels import array_of
from studio.ui.recovery_prompt import RecoveryPrompt
from studio.ui.viewport.picture_view import PictureView, opengl_fault

NO_OPENGL = 77
_LEFT, _CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
_PATIENCE = 240.0


class Person:
    """Hands and eyes at a window."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self.window, self.folder, self.session = window, folder, window.desk.session
        self.driver = Driver(window)

    def work(self) -> None:
        """Everything up to a sudden death."""
        photo, project = self.folder / "Face of ours.png", self.folder / "Film.triptych"
        write_portrait(photo)
        self.press(Qt.Key.Key_O)
        self.name_file(photo)
        self.driver.until(lambda: self.session.avatar is not None, _PATIENCE)
        first = self.see()
        self.driver.orbit(0.5)
        assert self.labels()[-1] == "Orbit" and not np.array_equal(self.see(), first)
        self.move_sliders()
        before = self.see()
        self.press(Qt.Key.Key_S)
        self.name_file(project)
        self.driver.until(lambda: not self.session.modified, _PATIENCE)
        self.press(Qt.Key.Key_N)
        assert self.session.avatar is None
        self.press(Qt.Key.Key_O)
        self.name_file(project)
        self.driver.until(lambda: self.session.avatar is not None, _PATIENCE)
        assert np.array_equal(self.see(), before), "reopened, it looks different"
        self.type_into("browInnerUp", "0.9")
        np.save(self.folder / "last.npy", self.see())
        ended: list[int] = []
        self.window.desk.job_ended.connect(ended.append)
        number = self.window.keeper.save()
        self.driver.until(lambda: number in ended)
        os.kill(os.getpid(), signal.SIGKILL)

    def recover(self) -> None:
        """What the killed window knew is there again."""
        self.driver.until(lambda: self.window.findChild(RecoveryPrompt) is not None)
        QTest.keyClick(self.window.findChild(RecoveryPrompt), Qt.Key.Key_Return)
        self.driver.until(lambda: self.session.avatar is not None, _PATIENCE)
        assert self.session.modified and self.session.project == self.folder / "Film.triptych"
        assert round(self.session.state.pose.coefficient("browInnerUp"), 3) == 0.9
        assert np.array_equal(self.see(), np.load(self.folder / "last.npy")), "other pixels"
        self.window.leave()

    def move_sliders(self) -> None:
        """Drag one, type into it, and take both back and forth."""
        count, jaw = len(self.labels()), self.bar("jawOpen")
        begin = QPoint(10, jaw.height() // 2)
        QTest.mousePress(jaw, _LEFT, pos=begin)
        for step in range(1, 11):
            QTest.mouseMove(jaw, begin + QPoint(4 * step, 0))
        QTest.mouseRelease(jaw, _LEFT, pos=begin + QPoint(40, 0))
        dragged = self.session.state.pose.coefficient("jawOpen")
        assert dragged > 0.1 and self.labels()[count:] == ["Jaw open"], "a drag is one step"
        self.type_into("jawOpen", "0.25")
        self.press(Qt.Key.Key_Z)
        assert self.session.state.pose.coefficient("jawOpen") == dragged
        self.press(Qt.Key.Key_Z, _CTRL | Qt.KeyboardModifier.ShiftModifier)
        assert self.session.state.pose.coefficient("jawOpen") == 0.25

    def type_into(self, name: str, number: str) -> None:
        """Click a slider and type its value."""
        bar = self.bar(name)
        QTest.mouseClick(bar, _LEFT, pos=bar.rect().center())
        QTest.keyClicks(bar, number[0])
        assert bar.editor is not None
        QTest.keyClicks(bar.editor, number[1:])
        QTest.keyClick(bar.editor, Qt.Key.Key_Return)

    def bar(self, name: str) -> ValueControl:
        """A slider of the pose panel, scrolled into sight."""
        panel = self.window.docks.reveal("pose")
        found = panel.findChild(ValueControl, name)
        panel.area.ensureWidgetVisible(found)
        return found

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = _CTRL) -> None:
        """Press a key of the window."""
        # A display without a window manager gives the keyboard only to who asks for it.
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window)
        QTest.keyClick(self.window, key, held)
        self.driver.wait(0.1)

    def name_file(self, path: Path) -> None:
        """Type a path into the file dialog."""
        self.driver.until(lambda: bool(self.window.findChildren(QFileDialog)))
        dialog = self.window.findChildren(QFileDialog)[-1]
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        field.selectAll()
        QTest.keyClicks(field, str(path))
        QTest.keyClick(field, Qt.Key.Key_Return)
        self.driver.wait(0.1)

    def see(self) -> NDArray[np.uint8]:
        """What OpenGL has drawn, once the picture is at rest."""
        surface = self.window.viewport.stage.surface
        assert isinstance(surface, PictureView)
        self.driver.rest()
        seen = array_of(surface.grabFramebuffer())
        assert seen.std() > 10, "nothing is drawn"
        return seen

    def labels(self) -> list[str]:
        """The undo list."""
        return [step.label for step in self.session.history.steps]


def main(what: str, folder: Path) -> int:
    """Run the studio with somebody at it."""
    application = QApplication(sys.argv[:1])
    fault = opengl_fault()
    if fault is not None:
        print(fault)
        return NO_OPENGL
    save_settings(Settings(consent_shown=True, device="cpu", full_resolution=256))
    failed: list[BaseException] = []
    begin: Callable[[MainWindow], None] = MainWindow.start

    def start(window: MainWindow) -> None:
        begin(window)
        QTimer.singleShot(0, window, lambda: act(window))

    def act(window: MainWindow) -> None:
        try:
            getattr(Person(window, folder), what)()
        except BaseException as error:
            failed.append(error)
            window.leave()

    MainWindow.start = start  # type: ignore[method-assign]
    run_studio(None)
    del application
    if failed:
        raise failed[0]
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
