"""The measurements of `triptych bench --ui`: stalls, latency, frames per second, starting."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtWidgets import QApplication, QWidget

from studio.engine import jobs
from studio.session.settings import Settings
from studio.session.state import OpenAvatar
from studio.ui.bench.driver import Driver
from studio.ui.bench.heartbeat import Heartbeat, Stalls
from studio.ui.bench.startup import seconds_to_window
from studio.ui.desk import Desk
from studio.ui.main_window import MainWindow
from studio.ui.panels import load_libraries
from studio.ui.theme import Theme

SIZE = 512
_SLIDER = "jawOpen"
_STARTS = 3
_STEPS = 30
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """One number: its name, value and unit, what it should not exceed (or reach), and a remark."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    note: str = ""


def measure_window(
    avatar: Path,
    *,
    photo: Path | None = None,
    seconds: float = 4.0,
    changes: int = 40,
    starts: int = _STARTS,
    tell: Tell = lambda _: None,
) -> list[Row]:
    """Drive the real window and measure it.

    Args:
        avatar: what to open.
        photo: what to build from while the window is used; None leaves that out.
        seconds: of each drag; changes: of a slider whose time to the pixel is taken;
            starts: of the program, none with 0.
        tell: is told what is being measured.
    """
    with tempfile.TemporaryDirectory(prefix="triptych-bench-") as folder, _state(Path(folder)):
        rows: list[Row] = []
        if starts and not getattr(sys, "frozen", False):
            tell("starting")
            rows.append(_start_row(Path(folder) / "start", starts))
        application = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(application, QApplication)
        window = _window(application, Path(folder))
        try:
            rows += _Measurement(window, tell).run(avatar, photo, seconds, changes)
        finally:
            began = time.perf_counter()
            window.leave()
            rows.append(Row("Closing", time.perf_counter() - began, "s"))
    return rows


@contextmanager
def _state(folder: Path) -> Iterator[None]:
    """Keep settings and lists away from the person's own."""
    before = os.environ.get("TRIPTYCH_STATE")
    os.environ["TRIPTYCH_STATE"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TRIPTYCH_STATE"]
        else:
            os.environ["TRIPTYCH_STATE"] = before


def _start_row(state: Path, starts: int) -> Row:
    taken = [seconds_to_window(state) for _ in range(starts)]
    note = f"median of {starts}, slowest {max(taken):.2f} s"
    return Row("Command to window on screen", statistics.median(taken), "s", 2.0, note)


def _window(application: QApplication, folder: Path) -> MainWindow:
    load_libraries()
    desk = Desk(Settings(consent_shown=True))
    window = MainWindow(desk, Theme(application, "dark"), None, folder / "spare")
    window.show()
    return window


class _Measurement:
    """One run through the window."""

    def __init__(self, window: MainWindow, tell: Tell) -> None:
        self._window, self._tell = window, tell
        self._desk, self._session = window.desk, window.desk.session
        self._heart = Heartbeat(window)
        self._driver = Driver(window)
        self._stalls: dict[str, Stalls] = {}

    def run(self, avatar: Path, photo: Path | None, seconds: float, changes: int) -> list[Row]:
        rows = [self._open(avatar)]
        rows += self._orbit(seconds)
        rows += self._slider(changes)
        rows += self._slide(seconds)
        self._undo()
        if photo is not None:
            rows += self._build(photo)
        surface = type(self._window.viewport.stage.surface).__name__
        square = self._window.viewport.stage.square.side
        drawn = "OpenGL" if surface == "PictureView" else "the processor"
        rows[0] = replace(rows[0], note=f"picture of {square} x {square}, drawn by {drawn}")
        return [*self._stall_rows(), *rows]

    @contextmanager
    def _watched(self, what: str) -> Iterator[None]:
        self._tell(what)
        self._driver.wait(0.2)
        self._heart.begin()
        yield
        self._stalls[what] = self._heart.end()

    def _stall_rows(self) -> list[Row]:
        worst = max(self._stalls.items(), key=lambda item: item[1].worst)
        rows = [Row("Worst stall", worst[1].worst, "ms", 50.0, f"while {worst[0]}")]
        for what, stalls in self._stalls.items():
            note = f"99 % below {stalls.usual:.1f} ms"
            rows.append(Row(f"Worst stall while {what}", stalls.worst, "ms", 50.0, note))
        return rows

    def _open(self, path: Path) -> Row:
        found: list[OpenAvatar] = []
        with self._watched("opening"):
            self._window.start()
            began = time.perf_counter()
            self._desk.submit(jobs.load_avatar(path), done=found.append)
            self._driver.until(lambda: bool(found))
            self._session.open_avatar(found[0])
            self._driver.until(lambda: bool(self._driver.drawn.times))
            took = time.perf_counter() - began
            # Thumbnails, planes and all that an opening brings with it.
            self._driver.until(lambda: not self._desk.engine.busy, patience=300)
            self._driver.rest()
        return Row("File to first picture", took, "s")

    def _orbit(self, seconds: float) -> list[Row]:
        with self._watched("orbiting"):
            drawn = self._driver.orbit(seconds)
            began = time.perf_counter()
            self._driver.rest()
            rest = 1e3 * (time.perf_counter() - began)
        size = round(statistics.median(drawn.sizes))
        return [
            Row("Frames per second while orbiting", drawn.rate, "", None, f"{size} x {size}"),
            Row("Rest to full resolution", rest, "ms", 150.0, self._resting()),
        ]

    def _resting(self) -> str:
        full = self._window.viewport.pump.pacer.full
        return f"{full} x {full}"

    def _bar(self) -> QWidget:
        bar = self._window.docks.reveal("pose").findChild(QWidget, _SLIDER)
        assert isinstance(bar, QWidget)
        return bar

    def _slider(self, changes: int) -> list[Row]:
        """Single moves of a slider at full size, each waited for."""
        before = self._desk.settings.interactive_resolution
        self._desk.change_settings(interactive_resolution=SIZE)
        bar, driver = self._bar(), self._driver
        taken: list[float] = []
        y = bar.height() / 2
        driver.rest()
        with self._watched("moving a slider at full size"):
            driver.mouse(bar, QEvent.Type.MouseButtonPress, 0.3 * bar.width(), y)
            for number in range(changes):
                driver.rest()
                # The value, not the time, decides whether something moved at all.
                x = (0.4 if number % 2 else 0.7) * bar.width()
                driver.drawn.latencies.clear()
                driver.mouse(bar, QEvent.Type.MouseMove, x, y)
                driver.until(lambda: bool(driver.drawn.latencies))
                taken.append(driver.drawn.latencies[0])
            driver.mouse(bar, QEvent.Type.MouseButtonRelease, 0.4 * bar.width(), y)
        self._desk.change_settings(interactive_resolution=before)
        where = self._resting()
        return [
            Row("Slider to pixel, median", statistics.median(taken), "ms", 80.0, where),
            Row("Slider to pixel, 95 %", _high(taken), "ms", None, where),
        ]

    def _slide(self, seconds: float) -> list[Row]:
        """A slider dragged to and fro, at the size that this computer keeps up with."""
        bar = self._bar()
        width, y = bar.width(), bar.height() / 2

        def place(now: float) -> QPointF:
            share = 0.5 + 0.35 * (2 * abs((now * 0.8) % 2 - 1) - 1)
            return QPointF(share * width, y)

        with self._watched("dragging a slider"):
            drawn = self._driver.drag(bar, place, seconds)
            self._driver.rest()
        size = round(statistics.median(drawn.sizes))
        note = f"{size} x {size}, {drawn.rate:.0f} frames per second"
        return [
            Row(
                "Dragged slider to pixel, median",
                statistics.median(drawn.latencies),
                "ms",
                80.0,
                note,
            ),
            Row("Dragged slider to pixel, 95 %", _high(drawn.latencies), "ms", None, note),
        ]

    def _undo(self) -> None:
        for number in range(_STEPS):
            with self._session.gesture("Step"):
                self._desk.posing.set("browInnerUp", 0.2 + 0.5 * number / _STEPS)
                self._session.change("Step", view=self._session.state.view.orbited(1.0, 0.0))
        with self._watched("undoing and redoing"):
            for call in (self._session.undo, self._session.redo):
                for _ in range(_STEPS):
                    call()
                    self._driver.wait(0.03)
            self._driver.rest()

    def _build(self, photo: Path) -> list[Row]:
        """Orbit while another avatar is built, then open it."""
        found: list[OpenAvatar] = []
        faults: list[object] = []
        job = jobs.build_avatar(photo, keep=self._window.keep_folder)
        with self._watched("building and orbiting"):
            began = time.perf_counter()
            self._desk.submit(job, done=found.append, failed=faults.append)
            rates = []
            while not found and not faults:
                rates.append(self._driver.orbit(2.0).rate)
                if time.perf_counter() - began > 600:
                    break
            took = time.perf_counter() - began
        if not found:
            raise RuntimeError(f"the build failed: {faults}")
        with self._watched("opening what was built"):
            self._session.open_avatar(found[0])
            self._driver.until(lambda: not self._desk.engine.busy, patience=300)
            self._driver.rest()
        return [
            Row("Build beside the window", took, "s"),
            Row("Frames per second while building", statistics.median(rates), ""),
        ]


def _high(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[18]
