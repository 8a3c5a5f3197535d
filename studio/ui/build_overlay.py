"""What lies over the window while an avatar is built or opened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.engine.faults import Fault
from studio.engine.tasks import FoundFace
from studio.ui.face_chooser import FaceChooser
from studio.ui.fault_box import FaultBox
from studio.ui.icons import icon
from studio.ui.pixels import image_of, rounded
from studio.ui.stage_list import StageList
from studio.ui.status_line import remaining_text
from studio.ui.theme import tokens

_STEPS = 1000
_FACE = QSize(112, 112)


class BuildOverlay(QWidget):
    """Dims its parent and shows progress, a choice of faces, or what went wrong."""

    cancelled = Signal()
    face_chosen = Signal(object)
    another_wanted = Signal()
    """After a fault: choose another file."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Building"))
        self._title = QLabel()
        self._title.setProperty("heading", True)
        self._title.setWordWrap(True)
        self._face = QLabel()
        self._stages = StageList()
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._left = QLabel()
        self._left.setProperty("dim", True)
        self._chooser = FaceChooser()
        self._chooser.chosen.connect(self.face_chosen)
        self._fault = FaultBox()
        self._fault.setProperty("card", False)
        self._progress = self._progress_page()
        self._choice = self._choice_page()
        self._failure = self._fault_page()
        self._pages = (self._progress, self._choice, self._failure)
        card = QFrame()
        card.setProperty("card", True)
        card.setFixedWidth(520)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(24, 24, 24, 20)
        # No stack: the card is as high as the page that is shown.
        for page in self._pages:
            inside.addWidget(page)
        column = QVBoxLayout(self)
        column.addWidget(card, alignment=Qt.AlignmentFlag.AlignCenter)
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(self._appear)
        self._below = parent
        parent.installEventFilter(self)
        self.hide()

    def begin(self, title: str, stages: Sequence[str] = (), *, patience: int = 0) -> None:
        """Show progress; ``stages`` are their names, ``patience`` milliseconds come first."""
        self._title.setText(title)
        self._stages.set_stages(stages)
        self._stages.setVisible(bool(stages))
        self._face.hide()
        self._bar.setMaximum(0)
        self._left.setText("")
        self._turn_to(self._progress)
        if self.isVisible() or patience == 0:
            self._appear()
        else:
            self._patience.start(patience)

    def show_face(self, face: FoundFace) -> None:
        """Show whose avatar is being built."""
        image = image_of(face.picture)
        self._face.setPixmap(rounded(image, _FACE, 8, self.devicePixelRatioF()))
        self._face.show()

    def set_progress(self, stage: int, fraction: float, remaining: float | None) -> None:
        """Where the work is: index of the stage, share of the whole, seconds left."""
        self._stages.set_current(stage)
        self._bar.setMaximum(_STEPS)
        self._bar.setValue(round(_STEPS * fraction))
        self._left.setText("" if remaining is None else remaining_text(self, remaining))

    def choose_face(self, faces: Sequence[FoundFace]) -> None:
        """Ask which face; ``face_chosen`` answers."""
        self._turn_to(self._choice)
        self._appear()
        self._chooser.offer(faces)

    def show_fault(self, fault: Fault) -> None:
        """Say what went wrong."""
        self._fault.show_fault(fault)
        self._turn_to(self._failure)
        self._appear()

    def end(self) -> None:
        """Go away."""
        self._patience.stop()
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the parent."""
        if event.type() == QEvent.Type.Resize:
            self._fill_parent()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape cancels."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays inside: what lies below cannot be used now."""
        before: QWidget = self.focusWidget() or self
        widget: QWidget | None = before
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        while widget is not None:
            widget = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
            if widget is None or widget is before:
                break
            takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
            if takes and widget.isEnabled() and widget.isVisible() and self.isAncestorOf(widget):
                widget.setFocus(reason)
                break
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim what lies below."""
        veil = QColor(tokens().window)
        veil.setAlpha(246)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), veil)

    def _appear(self) -> None:
        self._patience.stop()
        self._fill_parent()
        self.show()
        self.raise_()
        self.setFocus()

    def _fill_parent(self) -> None:
        self.setGeometry(self._below.rect())

    def _turn_to(self, shown: QWidget) -> None:
        for page in self._pages:
            page.setVisible(page is shown)

    def _cancel_button(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(self.tr("{text} (Esc)").format(text=text))
        button.clicked.connect(self.cancelled)
        return button

    def _progress_page(self) -> QWidget:
        page = QWidget()
        head = QHBoxLayout()
        head.setSpacing(20)
        head.addWidget(self._face, alignment=Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(12)
        words.addWidget(self._title)
        words.addWidget(self._stages)
        head.addLayout(words, 1)
        foot = QHBoxLayout()
        foot.addWidget(self._left)
        foot.addStretch()
        foot.addWidget(self._cancel_button(self.tr("Cancel")))
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addLayout(foot)
        return page

    def _choice_page(self) -> QWidget:
        page = QWidget()
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self._cancel_button(self.tr("Cancel")))
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._chooser)
        column.addLayout(foot)
        return page

    def _fault_page(self) -> QWidget:
        page = QWidget()
        self._fault.dismissed.connect(self.cancelled)
        another = QPushButton(icon("ph.folder-open", "on_accent"), self.tr("Choose another…"))
        another.setProperty("primary", True)
        another.clicked.connect(self.another_wanted)
        # There is a Close below, and more room for words beside it.
        self._fault.close_button.hide()
        foot = QHBoxLayout()
        foot.addWidget(self._fault.copy_button)
        foot.addStretch()
        foot.addWidget(self._cancel_button(self.tr("Close")))
        foot.addWidget(another)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self._fault)
        column.addLayout(foot)
        return page
