"""The main window: puts the parts together."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from models.errors import BadInput
from studio.engine import jobs
from studio.engine.faults import Fault
from studio.session.recovery import Autosave
from studio.session.settings import Settings
from studio.ui.action_set import ActionSet, Needs
from studio.ui.actions import studio_actions
from studio.ui.ahead import Ahead
from studio.ui.build_flow import BuildFlow
from studio.ui.build_overlay import BuildOverlay
from studio.ui.collector import Collector
from studio.ui.commands import Commands
from studio.ui.desk import Desk
from studio.ui.docks import Docks
from studio.ui.documents import Documents
from studio.ui.drive.driving import driving_of
from studio.ui.fault_box import FaultBox
from studio.ui.incoming import can_come, incoming
from studio.ui.layout_file import keep_layout, restore_layout
from studio.ui.listen import listen
from studio.ui.log_book import LogBook
from studio.ui.menus import fill_menus
from studio.ui.notice_bar import NoticeBar
from studio.ui.panels import PoseParts, panel_pieces, studio_panels
from studio.ui.questions import ask_unsaved
from studio.ui.recent_menu import RecentMenu
from studio.ui.session_keeper import SessionKeeper
from studio.ui.start_page import StartPage
from studio.ui.status_line import StatusLine
from studio.ui.theme import Theme
from studio.ui.viewport.viewport import Viewport

_SIZE, _SMALLEST = QSize(1440, 900), QSize(1024, 640)
_PATIENCE_MS = 1500
"""How long an interrupted window waits for its last autosave."""


class MainWindow(QMainWindow):
    """Start page or viewport with docks, menus, status bar; asks before something is lost.

    Attributes:
        desk, book, documents, commands, docks, viewport: its parts.
        actions_list: the one list of actions.
        keep_folder: where avatars lie that have no file yet.
    """

    def __init__(self, desk: Desk, theme: Theme, autosave: Autosave | None, spare: Path) -> None:
        """``spare`` is a folder to use when there is no ``autosave``."""
        super().__init__()
        self._collector = Collector(self)
        self._ahead: Ahead | None = None
        self.desk, self._theme, self._autosave = desk, theme, autosave
        self.keep_folder = spare if autosave is None else autosave.folder
        self._may_close = self._keep_recovery = self._ended = False
        self.setAcceptDrops(True)
        self.setMinimumSize(_SMALLEST)
        self.resize(_SIZE)
        self.book = LogBook(desk, self)
        self.status = StatusLine(desk, self)
        self.setStatusBar(self.status)
        middle = QWidget()
        self._overlay = BuildOverlay(middle)
        self._builds = BuildFlow(
            desk, self._overlay, self.status, self.book, self.keep_folder, self
        )
        self.documents = Documents(desk, self._builds, self)
        self.keeper = SessionKeeper(desk, autosave, self.status, self)
        self.commands = Commands(self)
        self.viewport = Viewport(desk)
        self._parts = PoseParts(desk)
        self.docks = Docks(self.viewport, studio_panels(self, self._parts))
        self.actions_list = ActionSet(self, self._is_possible)
        self.actions_list.add(studio_actions(self))
        recent = RecentMenu(desk, self)
        recent.chosen.connect(self.documents.open)
        fill_menus(self.menuBar(), self.actions_list, {"file.open": recent})
        self.start_page = StartPage(desk, self.actions_list)
        self._banner, self._notices = FaultBox(), NoticeBar()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.start_page)
        self._pages.addWidget(self.docks)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._banner)
        column.addWidget(self._notices)
        column.addWidget(self._pages)
        self.setCentralWidget(middle)
        self._connect()
        self.documents.begin()
        restore_layout(self, self.docks)
        self._update_title(desk.session.title)

    def start(self) -> None:
        """Load what is heavy, now that the window is on the screen."""
        # Panels wait: two threads that import slow each other down, and the window with them.
        self.docks.hold()
        warm = self.desk.submit(
            jobs.warm_up(), done=lambda _: self._make_panels(), failed=self._stay_cold
        )
        for number in (warm, self.desk.submit(jobs.prepare_builds())):
            self.status.hide_job(number)
        if self.desk.presets.warning is not None:
            self.book.warn(self.desk.presets.warning)

    def _stay_cold(self, fault: Fault) -> None:
        self.desk.failed.emit(fault)
        self._make_panels()

    def _make_panels(self) -> None:
        self._collector.settle()
        self._ahead = Ahead(panel_pieces(self.docks, self._parts), self)
        self._ahead.finished.connect(self.docks.release)

    def _connect(self) -> None:
        session = self.desk.session
        listen(self, session.title_changed, self._update_title)
        listen(self, session.avatar_changed, lambda avatar: self._turn_page())
        listen(self, session.history_changed, lambda _: self.actions_list.refresh_soon())
        listen(self, session.look_changed, lambda _: self.actions_list.refresh_soon())
        self.desk.settings_changed.connect(self._apply_settings)
        self.book.added.connect(self.status.tell)
        self.book.fault_seen.connect(self._banner.show_fault)
        self.book.warned.connect(self._notices.tell)
        self._banner.dismissed.connect(self.book.forget_repeats)
        listen(self, session.history_changed, lambda _: self._banner.pass_by())
        self._builds.built.connect(self.keeper.save)
        self._overlay.another_wanted.connect(self._choose_another)
        self.start_page.open_requested.connect(self.documents.open)
        self.docks.failed.connect(self.book.fault)
        self.docks.arranged.connect(self.actions_list.refresh)
        self.viewport.split_changed.connect(lambda _: self.actions_list.refresh())
        self.viewport.hud_changed.connect(lambda _: self.actions_list.refresh())

    def _is_possible(self, needs: Needs) -> bool:
        session = self.desk.session
        if needs is Needs.UNDO:
            return session.history.can_undo
        if needs is Needs.REDO:
            return session.history.can_redo
        return needs is Needs.NOTHING or session.avatar is not None

    def _turn_page(self) -> None:
        avatar = self.desk.session.avatar
        # Before they are shown: docks are arranged in the size that they have then.
        self.docks.resize(self._pages.size())
        inside = self.docks.isAncestorOf(self.focusWidget() or self)
        self._pages.setCurrentWidget(self.start_page if avatar is None else self.docks)
        self.actions_list.refresh()
        if avatar is not None and not inside:
            self.viewport.setFocus()

    def _update_title(self, title: str) -> None:
        self.setWindowTitle(f"{title.removesuffix('*')}[*] - Triptych")
        self.setWindowModified(title.endswith("*"))

    def _apply_settings(self, settings: Settings) -> None:
        self._theme.choose(settings.theme)
        self.desk.session.history.limit = settings.undo_limit
        self.desk.recent.limit = settings.recent_limit
        self.desk.engine.set_device(settings.device)
        self.actions_list.refresh()

    def _choose_another(self) -> None:
        self._builds.cancel()
        self.documents.choose()

    # Dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and pictures."""
        if can_come(event.mimeData()):
            event.acceptProposedAction()
            self.start_page.set_dragging(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went elsewhere."""
        self.start_page.set_dragging(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self.start_page.set_dragging(False)
        found = incoming(event.mimeData())
        event.acceptProposedAction()
        if found is not None:
            # The drag ends first; a question would otherwise hold up the other program.
            QTimer.singleShot(0, self, lambda: self.commands.take(found))

    # Closing

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes, such as a take that is recorded now; end the engine."""
        driving_of(self.desk).record(False, at_once=True)
        if self.documents.has_unsaved and not self._may_close:
            event.ignore()
            title = self.desk.session.title.removesuffix("*")
            ask_unsaved(
                self, title, save=lambda: self.documents.save(self.close), discard=self.leave
            )
            return
        event.accept()
        self._end()

    def leave(self) -> None:
        """Close without a question."""
        self._may_close = True
        self.close()

    def interrupt(self) -> None:
        """Close at once, as after Ctrl-C; what was unsaved is offered at the next start."""
        number = self.keeper.save()
        if number is None:
            self.leave()
            return
        self.desk.job_ended.connect(
            lambda ended: self._leave_for_recovery() if ended == number else None
        )
        QTimer.singleShot(_PATIENCE_MS, self, self._leave_for_recovery)

    def _leave_for_recovery(self) -> None:
        if not self._may_close:
            self._keep_recovery = True
            self.leave()

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        if self._ahead is not None:
            self._ahead.stop()
        self._collector.end()
        self.hide()
        try:
            keep_layout(self, self.docks)
        except BadInput as error:
            self.book.warn(str(error))
        self._builds.cancel()
        self.desk.close()
        if self._autosave is not None and not self._keep_recovery:
            self._autosave.close()
