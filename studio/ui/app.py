"""The application: one window, its event loop, and a tidy end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import qasync
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from models.errors import BadInput
from studio import __version__
from studio.engine.faults import Fault
from studio.session.recovery import Autosave
from studio.session.settings import load_settings
from studio.ui.desk import Desk
from studio.ui.icons import icon
from studio.ui.main_window import MainWindow
from studio.ui.panels import load_libraries
from studio.ui.theme import Theme
from studio.ui.welcome import welcome

_SIGNAL_MS = 200


def run_studio(target: Path | None, *, sample: bool = False) -> int:
    """Open the window and return when it is closed.

    Args:
        target: a photo, an avatar or a project to open.
        sample: build the avatar of the sample portrait.

    Returns:
        The exit code.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Triptych")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("triptych")
    settings, warning = load_settings()
    theme = Theme(application, settings.theme)
    application.setWindowIcon(QIcon(icon("ph.user-focus", "accent")))
    load_libraries()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory(prefix="triptych-") as spare, loop:
        desk = Desk(settings)
        autosave, trouble = _autosave()
        window = MainWindow(desk, theme, autosave, Path(spare))
        for sentence in (warning, trouble):
            if sentence is not None:
                window.book.warn(sentence)
        with faults_go_to(window), interrupts_go_to(window):
            window.show()
            QTimer.singleShot(0, window, window.start)
            QTimer.singleShot(0, window, lambda: welcome(window, autosave, target, sample))
            application.lastWindowClosed.connect(loop.stop)
            loop.run_forever()
    return 0


def _autosave() -> tuple[Autosave | None, str | None]:
    try:
        return Autosave(), None
    except BadInput as error:
        return None, str(error)


class _Hook(QObject):
    """Brings errors of any thread to the window's."""

    raised = Signal(object)


@contextlib.contextmanager
def faults_go_to(window: MainWindow) -> Iterator[None]:
    """Errors that nothing caught are shown and logged; the window stays."""
    hook = _Hook()
    hook.raised.connect(window.desk.failed)

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.interrupt()
            return
        traceback.print_exception(kind, error, trace)
        hook.raised.emit(Fault.of(error, window.tr("the last step")))

    def tell_of_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            tell(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    before, before_thread = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = tell, tell_of_thread
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before, before_thread


@contextlib.contextmanager
def interrupts_go_to(window: MainWindow) -> Iterator[None]:
    """Ctrl-C in the terminal closes the window.

    Python looks at signals only while it runs, and Qt's loop can be idle for long: a timer sees
    to that.
    """
    names = [getattr(signal, name) for name in ("SIGINT", "SIGTERM")]
    before = {name: signal.signal(name, lambda *_: window.interrupt()) for name in names}
    timer = QTimer(window, interval=_SIGNAL_MS)
    timer.timeout.connect(lambda: None)
    timer.start()
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
