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
from studio.ui.viewport.plane_tile import PlaneTile
from studio.ui.viewport.plane_zoom import PlaneZoom

_MARGIN, _GROUP_GAP, _TILE_GAP = 8, 16, 4
_SMALLEST, _LARGEST = 60, 140
_TALL = 300
"""Points of height from which groups stand below each other."""


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
        self._content = QWidget(self)
        self.message = QLabel(self)
        self.message.setProperty("dim", True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self._titles: dict[str, QLabel] = {}
        self._groups = [self._group(*item) for item in branch_texts().items()]
        self._lay_out()
        listen(self, desk.session.avatar_changed, lambda _: self._follow())
        self._follow()

    def _lay_out(self) -> None:
        flow = QFlowLayout(self._content)
        flow.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        flow.setHorizontalSpacing(_GROUP_GAP)
        flow.setVerticalSpacing(8)
        for group in self._groups:
            flow.addWidget(group)
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.message.raise_()

    def _group(self, branch: str, text: str) -> QWidget:
        group = QWidget(self)
        column = QVBoxLayout(group)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        title = self._titles[branch] = QLabel(text, group)
        title.setProperty("dim", True)
        row = QHBoxLayout()
        row.setSpacing(_TILE_GAP)
        for plane in PLANES:
            tile = PlaneTile(text, plane, group)
            tile.clicked.connect(lambda _=False, key=(branch, plane): self._enlarge(key))
            self.tiles[branch, plane] = tile
            row.addWidget(tile)
        row.addStretch(1)
        column.addWidget(title)
        column.addLayout(row)
        return group

    def sizeHint(self) -> QSize:
        return QSize(640, _SMALLEST + 64)

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * _SMALLEST + 40, _SMALLEST + 48)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.message.setGeometry(self.rect().adjusted(16, 8, -16, -8))
        self._fit()

    def _fit(self) -> None:
        """One row in a low dock, a column of groups in a tall one; tiles as large as fit."""
        # One point less, as the flow breaks its line where the last group just fits.
        width, low = self.contentsRect().width() - 1, self.height() < _TALL
        if low:
            room = self.height() - self.fontMetrics().height() - 2 * _MARGIN - 8
            sides = range(min(room, _LARGEST), _SMALLEST, -1)
            side = next((side for side in sides if self._row_width(side) <= width), _SMALLEST)
        else:
            side = (width - 2 * _MARGIN - 2 * _TILE_GAP - 16) // len(PLANES)
            side = min(max(side, _SMALLEST), _LARGEST)
        for tile in self.tiles.values():
            tile.setFixedSize(side, side)
        self._content.setMinimumWidth(self._row_width(side) + 1 if low else 0)
        off, on = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(off if low else on)

    def _row_width(self, side: int) -> int:
        """Points that all groups beside each other take with tiles of this side."""
        width = 2 * _MARGIN + (len(self._groups) - 1) * _GROUP_GAP
        for branch, title in self._titles.items():
            tiles = sum(not self.tiles[branch, plane].isHidden() for plane in PLANES)
            row = tiles * side + (tiles - 1) * _TILE_GAP
            width += max(row, title.sizeHint().width())
        return width

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
            # One tile is enough to say that a branch is empty.
            tile.setVisible(image is not None or plane == PLANES[0])
        self._fit()
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
