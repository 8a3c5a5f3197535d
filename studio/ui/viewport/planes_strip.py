"""The tri-planes themselves: XY, XZ and ZY of each branch and of the sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget
from superqt import QFlowLayout

from studio.engine import jobs
from studio.engine.faults import Fault
from studio.engine.planes import PlanePictures
from studio.ui.desk import Desk
from studio.ui.listen import listen
from studio.ui.pixels import image_of
from studio.ui.viewport.plane_group import TILE_GAP, TITLE_GAP, EmptyGroup, PlaneGroup
from studio.ui.viewport.plane_names import PLANES, branch_texts
from studio.ui.viewport.plane_zoom import PlaneZoom

_MARGIN, _GROUP_GAP, _ROW_GAP = 8, 16, 8
_SMALLEST, _LARGEST = 40, 320
"""Points along a side of a tile."""


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
        self._content = QWidget(self)
        self.message = QLabel(self)
        self.message.setProperty("dim", True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.groups = {branch: self._group(branch, text) for branch, text in branch_texts().items()}
        self._empty = EmptyGroup(self._content)
        self._lay_out()
        listen(self, desk.session.avatar_changed, lambda _: self._follow())
        self._follow()

    def _lay_out(self) -> None:
        self._flow = QFlowLayout(self._content)
        self._flow.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        self._flow.setHorizontalSpacing(_GROUP_GAP)
        self._flow.setVerticalSpacing(_ROW_GAP)
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.message.raise_()

    def _group(self, branch: str, text: str) -> PlaneGroup:
        group = PlaneGroup(text, self._content)
        group.pressed.connect(lambda plane: self._enlarge((branch, plane)))
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
        """Tiles as large as all groups fit with, in as many rows as that takes."""
        shown = [group for group in self.groups.values() if not group.isHidden()]
        titles = [group.title.sizeHint().width() for group in shown]
        others = [] if self._empty.isHidden() else [self._empty.sizeHint()]
        # One point less, as the flow breaks its line where the last group just fits.
        room = self.contentsRect().size() - QSize(2 * _MARGIN + 1, 2 * _MARGIN)
        heading = self.fontMetrics().height() + TITLE_GAP
        side = next(
            (
                side
                for side in range(_LARGEST, _SMALLEST, -1)
                if _height([*_sizes(titles, side, heading), *others], room.width()) <= room.height()
            ),
            _SMALLEST,
        )
        for group in self.groups.values():
            group.set_side(side)

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
        self._content.setVisible(not text)

    def _fail(self, handle: object, fault: Fault) -> None:
        if handle is self._drawn:
            self._job = None
            self._say(f"{fault.sentence} {fault.remedy}".strip())

    def _show(self, handle: object, pictures: PlanePictures) -> None:
        if handle is not self._drawn:
            return
        self._job = None
        for branch, group in self.groups.items():
            group.setVisible(branch not in pictures.empty)
            for plane, picture in zip(PLANES, pictures.pictures[branch], strict=True):
                if branch not in pictures.empty:
                    self.images[branch, plane] = image_of(picture)
                group.tiles[plane].show_image(self.images.get((branch, plane)))
        self._empty.tell(pictures.empty)
        self._empty.setVisible(bool(pictures.empty))
        self._flow_again()
        self._fit()
        self._say("")

    def _flow_again(self) -> None:
        """Let flow what is not hidden; the layout leaves gaps for the rest."""
        for widget in (*self.groups.values(), self._empty):
            self._flow.removeWidget(widget)
            if not widget.isHidden():
                self._flow.addWidget(widget)

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


def _sizes(titles: Sequence[int], side: int, heading: int) -> list[QSize]:
    """Sizes of groups with titles of these widths and tiles of this side."""
    row = len(PLANES) * side + (len(PLANES) - 1) * TILE_GAP
    return [QSize(max(row, title), heading + side) for title in titles]


def _height(sizes: Sequence[QSize], width: int) -> int:
    """Height of groups that flow in rows of this width."""
    total = left = row = 0
    for size in sizes:
        if left and left + size.width() > width:
            total, left, row = total + row + _ROW_GAP, 0, 0
        left += size.width() + _GROUP_GAP
        row = max(row, size.height())
    # A group that is too wide by itself is too high as well: it does not fit.
    widest = max((size.width() for size in sizes), default=0)
    return total + row if widest <= width else 1 << 20
