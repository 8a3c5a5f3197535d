"""The tri-planes themselves: XY, XZ and ZY of each branch and of the sum."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget
from superqt import QFlowLayout

from studio.engine import jobs
from studio.engine.faults import Fault
from studio.engine.planes import PlanePictures
from studio.ui.desk import Desk
from studio.ui.listen import listen
from studio.ui.pixels import image_of
from studio.ui.viewport.plane_names import PLANES, branch_texts
from studio.ui.viewport.plane_tile import SIDE, PlaneTile
from studio.ui.viewport.plane_zoom import PlaneZoom


class PlanesStrip(QScrollArea):
    """Groups of three tiles; drawn in the background when the strip can be seen."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._drawn: Any = None
        """The avatar whose planes are shown or on their way."""
        self._job: int | None = None
        self._zoom: PlaneZoom | None = None
        self.images: dict[tuple[str, str], QImage] = {}
        self.tiles: dict[tuple[str, str], PlaneTile] = {}
        self.message = QLabel(self)
        self.message.setProperty("dim", True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self._groups = [self._group(*item) for item in branch_texts().items()]
        self._lay_out()
        listen(self, desk.session.avatar_changed, lambda _: self._follow())
        self._follow()

    def _lay_out(self) -> None:
        content = QWidget(self)
        flow = QFlowLayout(content)
        flow.setContentsMargins(8, 8, 8, 8)
        flow.setHorizontalSpacing(16)
        flow.setVerticalSpacing(8)
        for group in self._groups:
            flow.addWidget(group)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.message.raise_()

    def _group(self, branch: str, text: str) -> QWidget:
        group = QWidget(self)
        column = QVBoxLayout(group)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        title = QLabel(text, group)
        title.setProperty("dim", True)
        row = QHBoxLayout()
        row.setSpacing(4)
        for plane in PLANES:
            tile = PlaneTile(text, plane, group)
            tile.clicked.connect(lambda _=False, key=(branch, plane): self._enlarge(key))
            self.tiles[branch, plane] = tile
            row.addWidget(tile)
        column.addWidget(title)
        column.addLayout(row)
        return group

    def sizeHint(self) -> QSize:
        return QSize(640, SIDE + 48)

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * SIDE + 40, SIDE + 44)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.message.setGeometry(self.rect().adjusted(16, 8, -16, -8))

    def showEvent(self, event: QShowEvent) -> None:
        self._follow()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        if self._job is not None:
            self._stop()
        super().hideEvent(event)

    def _follow(self) -> None:
        avatar = self._desk.session.avatar
        handle = None if avatar is None else avatar.handle
        if handle is self._drawn:
            return
        self._stop()
        self.images.clear()
        if handle is None:
            self._say(self.tr("The planes of the open avatar show here."))
        elif self.isVisible():
            self._drawn = handle
            self._say(self.tr("Drawing the planes …"))
            self._job = self._desk.submit(
                jobs.planes(handle),
                done=lambda pictures: self._show(handle, pictures),
                failed=lambda fault: self._fail(handle, fault),
            )

    def _stop(self) -> None:
        job, self._job, self._drawn = self._job, None, None
        if job is not None:
            self._desk.engine.cancel(job)

    def _say(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))
        for group in self._groups:
            group.setVisible(not text)

    def _fail(self, handle: object, fault: Fault) -> None:
        if handle is self._drawn:
            self._job = None
            self._say(f"{fault.sentence} {fault.remedy}".strip())

    def _show(self, handle: object, pictures: PlanePictures) -> None:
        if handle is not self._drawn:
            return
        self._job = None
        for (branch, plane), tile in self.tiles.items():
            image = None
            if branch not in pictures.empty:
                image = image_of(pictures.pictures[branch][PLANES.index(plane)])
                self.images[branch, plane] = image
            tile.show_image(image)
        self._say("")

    def _enlarge(self, key: tuple[str, str]) -> None:
        """Show a plane large; the window stays open beside the strip."""
        if self._zoom is None:
            self._zoom = PlaneZoom(self)
            self._zoom.destroyed.connect(self._forget_zoom)
        self._zoom.show_planes(self.images, key)
        self._zoom.show()
        self._zoom.raise_()
        self._zoom.activateWindow()

    def _forget_zoom(self) -> None:
        self._zoom = None
