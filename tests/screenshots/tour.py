"""All screens in the order in which somebody meets them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QMessageBox

from studio.session.look import BackgroundKind, ViewMode
from studio.session.recovery import Recoverable
from studio.session.view import VIEW_PRESETS
from studio.ui.consent import Consent
from studio.ui.face_chooser import FaceChooser
from studio.ui.recovery_prompt import RecoveryPrompt
from tests.screenshots.dialogs import dialogs
from tests.screenshots.performance import performance
from tests.screenshots.photographer import Photographer


def tour(camera: Photographer, portrait: Path) -> None:
    """Take all pictures."""
    beginning(camera)
    building(camera, portrait)
    posing(camera)
    views(camera)
    modes(camera)
    keeping(camera)
    performance(camera)
    dialogs(camera)
    trouble(camera)


def beginning(camera: Photographer) -> None:
    """The first start, and the one after a crash."""
    camera.driver.wait(0.5)
    camera.take("start")
    notice = Consent(camera.window, offers_sample=True)
    notice.open()
    camera.take("consent", notice)
    notice.close()
    left = [
        Recoverable(camera.scratch / "a", "Anna*", None, 1.79e9),
        Recoverable(camera.scratch / "b", "Film", camera.scratch / "Film.triptych", 1.789e9),
    ]
    prompt = RecoveryPrompt(camera.window, left, camera.autosave)
    prompt.open()
    camera.take("recovery", prompt)
    prompt.close()


def building(camera: Photographer, portrait: Path) -> None:
    """Several faces, progress, and the window as it is when all is done."""
    window, driver = camera.window, camera.driver
    with Image.open(portrait) as photo:
        one = np.asarray(photo.convert("RGB"))
    window.documents.build(np.concatenate([one, one[:, ::-1]], axis=1))
    driver.until(lambda: any(c.isVisible() for c in window.findChildren(FaceChooser)), 90.0)
    driver.wait(0.5)
    camera.take("faces")
    window._builds.cancel()
    fractions: list[float] = []
    window.desk.job_progress.connect(lambda event: fractions.append(event.fraction))
    window.documents.build(portrait)
    driver.until(lambda: bool(fractions) and fractions[-1] > 0.3, 120.0)
    camera.take("building")
    driver.until(lambda: camera.session.avatar is not None, 240.0)
    for name in ("pose", "presets", "planes"):
        window.docks.reveal(name)
    camera.settle()
    camera.take("studio")


def posing(camera: Photographer) -> None:
    """Some minutes of work, and each panel with what it left."""
    session, pose = camera.session, camera.posing
    camera.window.docks.reveal("signals")
    pose.reset()
    camera.slide("Smile left", lambda share: pose.set("mouthSmileLeft", 0.7 * share))
    camera.slide("Smile right", lambda share: pose.set("mouthSmileRight", 0.55 * share))
    camera.slide("Jaw open", lambda share: pose.set("jawOpen", 0.35 * np.sin(3.0 * share)))
    camera.slide("Inner brows up", lambda share: pose.set("browInnerUp", 0.5 * share))
    camera.slide("Gaze", lambda share: pose.set_gaze(0.15 * share, 0.05 * share), 0.3)
    view = session.state.view
    camera.slide(
        "Orbit", lambda share: session.change("", view=view.orbited(25 * share, 4 * share))
    )
    session.change("Background: Blurred photo", look=_behind(camera, BackgroundKind.BLURRED))
    pose.mirror()
    session.undo()
    for name in ("look", "history", "library", "planes", "log", "signals", "pose", "presets"):
        camera.panel(name)
    find = camera.window.docks.reveal("pose")
    find.search.setText("smile")
    camera.take("pose-search")
    find.search.clear()
    session.change("", look=_behind(camera, BackgroundKind.PHOTO))


def views(camera: Photographer) -> None:
    """All view presets, the comparison with the photo, and the timing."""
    viewport = camera.window.viewport
    for name in VIEW_PRESETS:
        camera.window.commands.look_from(name)
        camera.driver.rest()
        camera.take(f"view-{name.replace(' ', '-')}", viewport)
    camera.window.commands.look_from("source")
    camera.posing.reset_to_source()
    viewport.set_split(True)
    viewport.toggle_hud()
    camera.driver.rest()
    camera.take("split-and-timing", viewport)
    viewport.set_split(False)
    viewport.toggle_hud()


def modes(camera: Photographer) -> None:
    """All view modes and backgrounds."""
    session, viewport = camera.session, camera.window.viewport
    session.change("View", view=session.state.view.orbited(20.0, 0.0))
    for mode in ViewMode:
        camera.window.commands.show_mode(mode)
        camera.driver.rest()
        camera.take(f"mode-{mode.value}", viewport)
    camera.window.commands.show_mode(ViewMode.FINAL)
    for kind in (BackgroundKind.BLURRED, BackgroundKind.COLOUR, BackgroundKind.TRANSPARENT):
        session.change("Look", look=_behind(camera, kind))
        camera.driver.rest()
        camera.take(f"background-{kind.value}", viewport)
    session.change("Look", look=_behind(camera, BackgroundKind.PHOTO))
    camera.window.commands.look_from("source")


def keeping(camera: Photographer) -> None:
    """Saved work: the library with projects, avatars and a file that is gone."""
    documents, desk = camera.window.documents, camera.window.desk
    folder = camera.scratch / "Portraits"
    folder.mkdir()
    documents._save_project(folder / "Portrait.triptych", None)
    camera.driver.until(lambda: not camera.session.modified)
    camera.settle()
    camera.posing.apply_preset("smile", camera.posing.pose, 1.0)
    documents._save_avatar(folder / "Another take.avatar")
    camera.settle()
    documents._save_project(folder / "Smile test.triptych", None)
    camera.settle()
    desk.recent.add(folder / "Lent drive.avatar", "avatar")
    camera.panel("library", "library-filled")


def trouble(camera: Photographer) -> None:
    """Unsaved changes, a file that is damaged, and a photo without a face."""
    window, driver = camera.window, camera.driver
    broken = camera.scratch / "broken.avatar"
    broken.write_bytes(b"PK not an avatar")
    camera.posing.set("jawOpen", 0.2)
    window.documents.open(broken)
    driver.wait(0.3)
    question = window.findChild(QMessageBox, "unsaved")
    camera.take("unsaved", question)
    question.button(QMessageBox.StandardButton.Discard).click()
    driver.wait(2.0)
    camera.take("broken-file")
    window._builds.cancel()
    window.documents._builds.start(np.full((300, 300, 3), 128, np.uint8))
    driver.until(lambda: window._overlay._failure.isVisible(), 60.0)
    camera.take("no-face")
    window._builds.cancel()


def _behind(camera: Photographer, kind: BackgroundKind):
    return replace(camera.session.state.look, background=kind)
