"""A plane enlarged, with what lies under the mouse."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.ui.viewport.plane_canvas import PlaneCanvas
from studio.ui.viewport.plane_names import AXES, PLANES, branch_texts, plane_texts


class PlaneZoom(QDialog):
    """Shows one plane at a time; branch and plane are chosen above, and the place stays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Planes"))
        self._images: Mapping[tuple[str, str], QImage] = {}
        self.branch, self.plane = QComboBox(self), QComboBox(self)
        self.branch.setAccessibleName(self.tr("Branch"))
        self.plane.setAccessibleName(self.tr("Plane"))
        for plane in PLANES:
            self.plane.addItem(f"{plane}, {plane_texts()[plane]}", plane)
        self.canvas = PlaneCanvas(self)
        self.about, self.under = QLabel(self), QLabel(self)
        self.about.setProperty("dim", True)
        self.about.setWordWrap(True)
        self._lay_out()
        self.branch.currentIndexChanged.connect(self._show)
        self.plane.currentIndexChanged.connect(self._show)
        self.canvas.pointed.connect(self._tell)
        self.canvas.setFocus()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.branch)
        head.addWidget(self.plane)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.under)
        column.addWidget(self.about)

    def show_planes(self, images: Mapping[tuple[str, str], QImage], key: tuple[str, str]) -> None:
        """Offer the planes of an avatar by branch and name, and show one."""
        self._images = dict(images)
        self.branch.blockSignals(True)
        self.branch.clear()
        for branch, text in branch_texts().items():
            if (branch, PLANES[0]) in self._images:
                self.branch.addItem(text, branch)
        self.branch.setCurrentIndex(self.branch.findData(key[0]))
        self.branch.blockSignals(False)
        self.plane.setCurrentIndex(self.plane.findData(key[1]))
        self.canvas.fit()
        self._show()

    @property
    def image(self) -> QImage:
        """The plane that is shown."""
        key = (self.branch.currentData(), self.plane.currentData())
        return self._images.get(key, QImage())

    def _show(self) -> None:
        image = self.image
        self.canvas.show_image(image)
        right, up = AXES[self.plane.currentData()]
        self.about.setText(
            self.tr(
                "{0} × {1} texels, {2} to the right, {3} upwards. Red, green and blue are the first"
                " three principal components of the fused features of this plane where the head"
                " is; mid grey is their middle, and of what is added to it zero."
            ).format(image.width(), image.height(), right, up)
        )
        self._tell(None)

    def _tell(self, texel: QPoint | None) -> None:
        if texel is None or self.image.isNull():
            self.under.setText(self.tr("Wheel zooms, dragging shifts, a double click fits."))
            return
        colour = QColor(self.image.pixelColor(texel))
        parts = (colour.red(), colour.green(), colour.blue())
        values = "  ".join(f"{part / 127.5 - 1:+.2f}" for part in parts)
        right, up = AXES[self.plane.currentData()]
        across = 2 * (texel.x() + 0.5) / self.image.width() - 1
        upwards = 1 - 2 * (texel.y() + 0.5) / self.image.height()
        self.under.setTextFormat(Qt.TextFormat.PlainText)
        self.under.setText(
            self.tr("{0} {1:+.3f}   {2} {3:+.3f} of the half cube      components {4}").format(
                right, across, up, upwards, values
            )
        )
