"""Several faces in a photo: which one?"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from studio.engine.tasks import FoundFace
from studio.ui.pixels import image_of, rounded

_SIDE, _BUTTON, _GAP = QSize(100, 100), 112, 8
_COLUMNS = 4
_ROWS_SEEN = 3


class FaceChooser(QWidget):
    """Pictures of the faces, the largest first; a click chooses."""

    chosen = Signal(object)
    """The ``FoundFace``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel()
        self._title.setProperty("heading", True)
        hint = QLabel(self.tr("Whose avatar shall be built?"))
        hint.setProperty("dim", True)
        self._area = QScrollArea(widgetResizable=True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._title)
        column.addWidget(hint)
        column.addSpacing(8)
        column.addWidget(self._area)

    def offer(self, faces: Sequence[FoundFace]) -> None:
        """Show these faces."""
        self._title.setText(self.tr("{count} faces in this photo").format(count=len(faces)))
        sheet = QWidget()
        grid = QGridLayout(sheet)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(_GAP)
        grid.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        buttons = [self._button(face) for face in faces]
        for place, button in enumerate(buttons):
            grid.addWidget(button, place // _COLUMNS, place % _COLUMNS)
        # Deletes the former sheet.
        self._area.setWidget(sheet)
        rows = min(-(-len(faces) // _COLUMNS), _ROWS_SEEN)
        self._area.setFixedHeight(rows * (_BUTTON + _GAP))
        buttons[0].setFocus()

    def _button(self, face: FoundFace) -> QToolButton:
        button = QToolButton()
        button.setIconSize(_SIDE)
        button.setFixedSize(_BUTTON, _BUTTON)
        pixmap = rounded(image_of(face.picture), _SIDE, 6, self.devicePixelRatioF())
        button.setIcon(QIcon(pixmap))
        name = self.tr("Face {number}").format(number=face.index + 1)
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.clicked.connect(lambda: self.chosen.emit(face))
        return button
