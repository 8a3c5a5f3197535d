"""What stands behind the head."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.session.look import BackgroundKind, Look
from studio.ui.controls.labelled import labelled
from studio.ui.desk import Desk
from studio.ui.incoming import PHOTO_SUFFIXES
from studio.ui.questions import ask_open_file, patterns
from studio.ui.theme import tokens
from studio.ui.viewport.texts import background_texts


class BackgroundBox(QWidget):
    """The kind, and the colour or the file of those that have one."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.kind = QComboBox()
        for kind, text in background_texts().items():
            self.kind.addItem(text, kind)
        self.kind.setAccessibleName(self.tr("Background"))
        self.kind.activated.connect(self._choose)
        self.colour = QPushButton()
        self.colour.setToolTip(self.tr("Choose the colour behind the head"))
        self.colour.clicked.connect(lambda _down: self.pick_colour())
        self.image = QPushButton()
        self.image.clicked.connect(lambda _down: self.pick_image())
        self._dialog: QColorDialog | None = None
        self._colour_line = labelled(self.tr("Colour"), self.colour)
        self._image_line = labelled(self.tr("Image"), self.image)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(labelled(self.tr("Background"), self.kind))
        layout.addWidget(self._colour_line)
        layout.addWidget(self._image_line)

    def show_look(self, look: Look) -> None:
        """Show a look's background."""
        self.kind.setCurrentIndex(self.kind.findData(look.background))
        self._colour_line.setVisible(look.background == BackgroundKind.COLOUR)
        self._image_line.setVisible(look.background == BackgroundKind.IMAGE)
        self.colour.setText(look.colour.upper())
        self.colour.setIcon(_swatch(look.colour))
        name = Path(look.image).name if look.image else self.tr("Choose an image…")
        self.image.setText(
            self.image.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 150)
        )
        self.image.setToolTip(look.image or self.tr("Choose the picture behind the head"))

    def pick_colour(self) -> None:
        """Open the colour dialog; the picture follows it, and Cancel takes it back."""
        session = self._desk.session
        dialog = QColorDialog(QColor(session.state.look.colour), self)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Background colour"))
        session.begin(self.tr("Background colour"))
        dialog.currentColorChanged.connect(self._set_colour)
        dialog.accepted.connect(session.end)
        dialog.rejected.connect(session.cancel)
        self._dialog = dialog
        dialog.open()

    def pick_image(self) -> None:
        """Ask for a picture file."""
        look = self._desk.session.state.look
        folder = Path(look.image).parent if look.image else None
        kinds = self.tr("Pictures ({0})").format(patterns(PHOTO_SUFFIXES))
        ask_open_file(self, self.tr("Background image"), [kinds], folder, self._set_image)

    def _set_image(self, path: Path) -> None:
        look = self._desk.session.state.look
        changed = replace(look, background=BackgroundKind.IMAGE, image=str(path))
        self._desk.session.change(self.tr("Background image"), look=changed)

    def _choose(self, index: int) -> None:
        look = self._desk.session.state.look
        kind = BackgroundKind(self.kind.itemData(index))
        if kind == BackgroundKind.IMAGE and look.image is None:
            # Until there is a file nothing changes, in the list neither.
            self.show_look(look)
            self.pick_image()
            return
        label = self.tr("Background: {0}").format(self.kind.itemText(index))
        self._desk.session.change(label, look=replace(look, background=kind))

    def _set_colour(self, colour: QColor) -> None:
        look = replace(self._desk.session.state.look, colour=colour.name())
        self._desk.session.change(self.tr("Background colour"), look=look)


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(QSize(32, 32))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(tokens().strong_line))
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(1, 1, 30, 30, 6, 6)
    painter.end()
    return QIcon(pixmap)
