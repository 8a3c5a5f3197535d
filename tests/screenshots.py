"""Pictures of every screen of the studio with a real portrait, to be looked at.

    python -m tests.screenshots OUT_DIR [--portrait PHOTO] [--theme dark|light|both]

Without a display the window is drawn off screen.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QWidget

SIZE = QSize(1440, 900)
THEMES = ("dark", "light")


def main() -> int:
    """Write the pictures and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="OUT_DIR")
    parser.add_argument("--portrait", type=Path, help="default: the sample portrait")
    parser.add_argument("--theme", choices=(*THEMES, "both"), default="both")
    options = parser.parse_args()
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state:
        os.environ["TRIPTYCH_STATE"] = state
        portrait = options.portrait or _sample(Path(state))
        for theme in THEMES if options.theme == "both" else (options.theme,):
            Photographer(options.folder / theme, theme, portrait).work()
    return 0


def _sample(folder: Path) -> Path:
    from studio.sample_portrait import write_portrait

    path = folder / "portrait.png"
    write_portrait(path)
    return path


class Photographer:
    """Walks through the window and takes a picture of each screen."""

    def __init__(self, folder: Path, theme: str, portrait: Path) -> None:
        self.folder, self.theme, self.portrait = folder, theme, portrait
        folder.mkdir(parents=True, exist_ok=True)

    def work(self) -> None:
        """Take all pictures."""
        with self._window() as window:
            from studio.ui.bench.driver import Driver

            self.window, self.driver = window, Driver(window)
            self._start()
            self._several_faces()
            self._build()
            self._panels()
            self._views()
            self._modes()
            self._dialogs()
            self._broken_file()

    @contextmanager
    def _window(self) -> Iterator:
        from studio.session.recovery import Autosave
        from studio.session.settings import Settings
        from studio.ui.desk import Desk
        from studio.ui.main_window import MainWindow
        from studio.ui.theme import Theme

        application = QApplication.instance() or QApplication(sys.argv[:1])
        theme = Theme(application, self.theme)
        desk = Desk(Settings(theme=self.theme, consent_shown=True))
        window = MainWindow(desk, theme, Autosave(), self.folder)
        window.resize(SIZE)
        window.show()
        window.start()
        try:
            yield window
        finally:
            window.leave()

    def _take(self, name: str, widget: QWidget | None = None) -> None:
        self.driver.wait(0.15)
        path = self.folder / f"{name}.png"
        if not (widget or self.window).grab().save(str(path)):
            raise SystemExit(f"{path} cannot be written.")
        print(path, flush=True)

    def _start(self) -> None:
        self.driver.wait(0.5)
        self._take("start")
        from studio.ui.consent import Consent

        notice = Consent(self.window, offers_sample=True)
        notice.open()
        self._take("consent", notice)
        notice.close()

    def _several_faces(self) -> None:
        import numpy as np
        from PIL import Image

        with Image.open(self.portrait) as photo:
            one = np.asarray(photo.convert("RGB"))
        self.window.documents.build(np.concatenate([one, one[:, ::-1]], axis=1))
        self.driver.until(self._asks_for_face, 90.0)
        self.driver.wait(0.5)
        self._take("faces")
        self.window._builds.cancel()

    def _asks_for_face(self) -> bool:
        from studio.ui.face_chooser import FaceChooser

        return any(chooser.isVisible() for chooser in self.window.findChildren(FaceChooser))

    def _build(self) -> None:
        session = self.window.desk.session
        fractions: list[float] = []
        self.window.desk.job_progress.connect(lambda event: fractions.append(event.fraction))
        self.window.documents.build(self.portrait)
        self.driver.until(lambda: bool(fractions) and fractions[-1] > 0.3, 120.0)
        self._take("building")
        self.driver.until(lambda: session.avatar is not None, 240.0)
        for name in ("pose", "presets", "planes"):
            self.window.docks.reveal(name)
        self.driver.until(lambda: not self.window.desk.engine.busy, 120.0)
        self.driver.rest()
        self._take("studio")

    def _panels(self) -> None:
        session, posing = self.window.desk.session, self.window.desk.posing
        self.window.docks.reveal("signals")
        for step in range(24):
            posing.set("jawOpen", 0.5 * abs((step % 12) - 6) / 6)
            posing.set("mouthSmileLeft", min(step / 16, 1.0))
            posing.set("mouthSmileRight", min(step / 20, 1.0))
            self.driver.wait(0.05)
        posing.set("jawOpen", 0.12)
        posing.set_gaze(0.15, 0.05)
        session.change("View", view=session.state.view.orbited(25.0, 4.0))
        for name in ("look", "history", "library", "planes", "log", "signals", "pose", "presets"):
            self.window.docks.reveal(name)
            self.driver.wait(0.4)
            self.driver.until(lambda: not self.window.desk.engine.busy, 60.0)
            self.driver.rest()
            self._take(f"panel-{name}")

    def _views(self) -> None:
        from studio.session.view import VIEW_PRESETS

        for name in VIEW_PRESETS:
            self.window.commands.look_from(name)
            self.driver.rest()
            self._take(f"view-{name.replace(' ', '-')}", self.window.viewport)
        self.window.commands.look_from("source")
        self.window.desk.posing.reset_to_source()
        self.window.viewport.set_split(True)
        self.window.viewport.toggle_hud()
        self.driver.rest()
        self._take("split-and-timing", self.window.viewport)
        self.window.viewport.set_split(False)
        self.window.viewport.toggle_hud()

    def _modes(self) -> None:
        from studio.session.look import BackgroundKind, ViewMode

        session = self.window.desk.session
        session.change("View", view=session.state.view.orbited(20.0, 0.0))
        for mode in ViewMode:
            self.window.commands.show_mode(mode)
            self.driver.rest()
            self._take(f"mode-{mode.value}", self.window.viewport)
        self.window.commands.show_mode(ViewMode.FINAL)
        for kind in (BackgroundKind.BLURRED, BackgroundKind.COLOUR, BackgroundKind.TRANSPARENT):
            session.change("Look", look=replace(session.state.look, background=kind))
            self.driver.rest()
            self._take(f"background-{kind.value}", self.window.viewport)
        session.change("Look", look=replace(session.state.look, background=BackgroundKind.PHOTO))

    def _dialogs(self) -> None:
        do = self.window.commands
        for name, show in {
            "palette": do.open_palette,
            "shortcuts": do.open_shortcuts,
            "preferences": do.open_preferences,
            "about": do.open_about,
        }.items():
            show()
            self.driver.wait(0.3)
            dialogs = [d for d in self.window.findChildren(QDialog) if d.isVisible()]
            self._take(f"dialog-{name}", dialogs[-1] if dialogs else None)
            for dialog in dialogs:
                dialog.close()

    def _broken_file(self) -> None:
        broken = self.folder / "broken.avatar"
        broken.write_bytes(b"PK not an avatar")
        self.window.documents.open(broken)
        self.driver.wait(0.3)
        question = self.window.findChild(QMessageBox, "unsaved")
        self._take("unsaved", question)
        question.button(QMessageBox.StandardButton.Discard).click()
        self.driver.wait(2.0)
        self._take("broken-file")
        broken.unlink()


if __name__ == "__main__":
    sys.exit(main())
