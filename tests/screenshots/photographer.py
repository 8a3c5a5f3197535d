"""A window, somebody who uses it, and a camera."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from studio.session.recovery import Autosave
from studio.session.settings import Settings
from studio.ui.bench.driver import Driver
from studio.ui.desk import Desk
from studio.ui.main_window import MainWindow
from studio.ui.theme import Theme


class Photographer:
    """Opens a window for the time of a ``with`` block and takes pictures of it.

    Attributes:
        window, driver: the window and the person at it.
        scratch: a folder for files of the moment.
    """

    def __init__(self, folder: Path, theme: str, size: tuple[int, int], scratch: Path) -> None:
        self.folder, self.scratch = folder, scratch
        folder.mkdir(parents=True, exist_ok=True)
        application = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(application, QApplication)
        self.autosave = Autosave()
        desk = Desk(Settings(theme=theme, consent_shown=True))
        self.window = MainWindow(desk, Theme(application, theme), self.autosave, scratch)
        self.window.resize(QSize(*size))
        self.driver = Driver(self.window)
        self.session, self.posing = desk.session, desk.posing

    def __enter__(self) -> Photographer:
        self.window.show()
        self.window.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.window.leave()

    def take(self, name: str, widget: QWidget | None = None) -> None:
        """Write a picture of the window, or of a widget."""
        self.driver.wait(0.15)
        path = self.folder / f"{name}.png"
        if not (widget or self.window).grab().save(str(path)):
            raise SystemExit(f"{path} cannot be written.")
        print(path, flush=True)

    def settle(self) -> None:
        """Wait until nothing is being computed and the picture is at rest."""
        self.driver.wait(0.3)
        self.driver.until(lambda: not self.window.desk.engine.busy, 120.0)
        if self.session.avatar is not None:
            self.driver.rest()

    def panel(self, name: str, picture: str = "") -> None:
        """Bring a panel to the front and take the window with it."""
        self.window.docks.reveal(name)
        self.settle()
        self.take(picture or f"panel-{name}")

    def dialog(self, name: str, show: Callable[[], object]) -> None:
        """Open a dialog, take it, close it."""
        show()
        self.driver.wait(0.4)
        dialogs = [each for each in self.window.findChildren(QDialog) if each.isVisible()]
        self.take(name, dialogs[-1])
        for each in dialogs:
            each.close()

    def slide(self, label: str, change: Callable[[float], object], seconds: float = 0.6) -> None:
        """Drag something from 0 to 1 in one step of the undo list."""
        count = round(20 * seconds)
        self.session.begin(label)
        for step in range(1, count + 1):
            change(step / count)
            self.driver.wait(0.05)
        self.session.end()
