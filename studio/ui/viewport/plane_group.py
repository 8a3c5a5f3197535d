"""The planes of one branch beside each other, and a note of the branches that are empty."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.ui.viewport.plane_names import PLANES, branch_texts
from studio.ui.viewport.plane_tile import PlaneTile

TITLE_GAP, TILE_GAP = 4, 4


class PlaneGroup(QWidget):
    """A branch's name above its three tiles."""

    pressed = Signal(str)
    """A plane, such as XY."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        """``text`` is the branch's name."""
        super().__init__(parent)
        self.title = QLabel(text, self)
        self.title.setProperty("dim", True)
        self.tiles = {plane: PlaneTile(text, plane, self) for plane in PLANES}
        row = QHBoxLayout()
        row.setSpacing(TILE_GAP)
        for plane, tile in self.tiles.items():
            tile.clicked.connect(lambda _=False, plane=plane: self.pressed.emit(plane))
            row.addWidget(tile)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(TITLE_GAP)
        column.addWidget(self.title)
        column.addLayout(row)

    def set_side(self, side: int) -> None:
        """Make the tiles squares of this side."""
        for tile in self.tiles.values():
            tile.setFixedSize(side, side)


class EmptyGroup(QWidget):
    """Names the branches that an avatar does not hold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(self.tr("Empty"), self)
        title.setProperty("dim", True)
        self.names = QLabel(self)
        self.names.setDisabled(True)
        self.names.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setToolTip(self.tr("This avatar has none of these branches"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(TITLE_GAP)
        column.addWidget(title)
        column.addWidget(self.names, 1)

    def tell(self, branches: Iterable[str]) -> None:
        """Name these branches, in the usual order."""
        empty = set(branches)
        texts = [text for branch, text in branch_texts().items() if branch in empty]
        self.names.setText("\n".join(texts))
