"""What to drive with: the kind of source, and what belongs to each kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio.drive import opening
from studio.drive.network_source import own_address
from studio.drive.suffixes import MOTION_SUFFIXES, VIDEO_SUFFIXES
from studio.engine.webcam import webcam_devices
from studio.ui.controls.labelled import labelled
from studio.ui.drive.choice import FILE_KINDS, NETWORK_KINDS, SourceChoice, SourceKind
from studio.ui.drive.driving import Driving
from studio.ui.icons import icon
from studio.ui.questions import ask_open_file, patterns
from studio.ui.theme import tokens

_SIZES = ((640, 480), (1280, 720), (320, 240))
_PORTS = {SourceKind.LIVE_LINK: opening.LIVE_LINK_PORT, SourceKind.VMC: opening.VMC_PORTS[0]}


class SourceBox(QWidget):
    """Shows and changes ``Driving.choice``; what does not belong to the kind is hidden."""

    def __init__(self, driving: Driving, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._driving = driving
        self._rows: list[tuple[QWidget, tuple[SourceKind, ...]]] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self.kind = self._box(self.tr("Source"), self._kinds(), self._choose_kind)
        self._add(self.tr("Source"), self.kind, tuple(SourceKind))
        self._make_webcam()
        self._make_file()
        self._make_network()
        driving.choice_changed.connect(self.refresh)
        self.find_cameras()
        self.refresh()

    def find_cameras(self) -> None:
        """Look which cameras there are."""
        devices = webcam_devices()
        self.camera.blockSignals(True)
        self.camera.clear()
        for device in devices:
            self.camera.addItem(device.name, device.number)
        if not devices:
            self.camera.addItem(self.tr("No camera was found"), None)
        self.camera.setEnabled(bool(devices))
        self.camera.blockSignals(False)
        numbers = [device.number for device in devices]
        if self._driving.choice.camera not in numbers:
            self._choose(camera=numbers[0] if numbers else None)

    def choose_file(self, path: Path) -> None:
        """Drive with this file."""
        self._choose(path=path)

    def refresh(self) -> None:
        """Show the choice."""
        choice = self._driving.choice
        for row, kinds in self._rows:
            row.setVisible(choice.kind in kinds)
        _show(self.kind, choice.kind)
        _show(self.camera, choice.camera)
        _show(self.size_box, choice.size)
        self.mirror.setChecked(choice.mirror)
        self.loop.setChecked(choice.loop)
        self.port.blockSignals(True)
        self.port.setValue(choice.port)
        self.port.blockSignals(False)
        self.opened.setChecked(choice.opened)
        self._show_network(choice)
        path = choice.path
        text = self.tr("Choose a file…") if path is None else path.name
        room = max(self.file.width() - 40, 140)
        middle = Qt.TextElideMode.ElideMiddle
        self.file.setText(self.file.fontMetrics().elidedText(text, middle, room))
        self.file.setToolTip("" if path is None else str(path))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        self.find_cameras()
        super().showEvent(event)

    def _kinds(self) -> dict[str, Any]:
        return {
            self.tr("Webcam"): SourceKind.WEBCAM,
            self.tr("Video, as a camera"): SourceKind.VIDEO,
            self.tr("Motion file"): SourceKind.MOTION,
            self.tr("Live Link Face"): SourceKind.LIVE_LINK,
            self.tr("VMC performer"): SourceKind.VMC,
        }

    def _make_webcam(self) -> None:
        webcam = (SourceKind.WEBCAM,)
        self.camera = self._box(self.tr("Camera"), {}, lambda n: self._choose(camera=n))
        self._add(self.tr("Camera"), self.camera, webcam)
        sizes = {f"{width} × {height}": (width, height) for width, height in _SIZES}
        self.size_box = self._box(self.tr("Resolution"), sizes, lambda s: self._choose(size=s))
        self._add(self.tr("Resolution"), self.size_box, webcam)
        self.mirror = self._check(self.tr("Mirrored"), lambda on: self._choose(mirror=on))
        self.mirror.setToolTip(self.tr("The avatar moves as your mirror image does"))
        self._add("", self.mirror, webcam)

    def _make_file(self) -> None:
        self.file = QPushButton(icon("ph.folder-open"), "")
        self.file.setAccessibleName(self.tr("File to drive with"))
        self.file.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.file.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.file.clicked.connect(lambda _down: self._ask_file())
        self._add(self.tr("File"), self.file, FILE_KINDS)
        self.loop = self._check(self.tr("Again and again"), lambda on: self._choose(loop=on))
        self._add("", self.loop, FILE_KINDS)

    def _make_network(self) -> None:
        self.port = QSpinBox()
        self.port.setRange(1, 65535)
        self.port.setAccessibleName(self.tr("UDP port"))
        self.port.valueChanged.connect(lambda port: self._choose(port=port))
        self._add(self.tr("UDP port"), self.port, NETWORK_KINDS)
        self.opened = self._check(
            self.tr("Let other devices send"), lambda on: self._choose(opened=on)
        )
        self._add("", self.opened, NETWORK_KINDS)
        self.opened.setToolTip(self.tr("A phone or another computer in the same network"))
        self.closed, self.warning = QLabel(self.tr("Only this computer is heard.")), QLabel()
        self.closed.setProperty("dim", True)
        for label in (self.closed, self.warning):
            label.setWordWrap(True)
            self._layout.addWidget(label)

    def _show_network(self, choice: SourceChoice) -> None:
        network = choice.kind in NETWORK_KINDS
        self.closed.setVisible(network and not choice.opened)
        self.warning.setVisible(network and choice.opened)
        if network and choice.opened:
            self.warning.setStyleSheet(f"color: {tokens().warning};")
            self.warning.setText(
                self.tr(
                    "Anyone in this network can move the avatar while it runs. Send to {0}, "
                    "port {1}."
                ).format(own_address(), choice.port)
            )

    def _add(self, text: str, control: QWidget, kinds: tuple[SourceKind, ...]) -> None:
        row = labelled(text, control)
        self._rows.append((row, kinds))
        self._layout.addWidget(row)

    def _box(
        self, name: str, entries: dict[str, Any], chosen: Callable[[Any], object]
    ) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for text, value in entries.items():
            box.addItem(text, value)
        box.activated.connect(lambda row: chosen(box.itemData(row)))
        return box

    def _check(self, text: str, toggled: Callable[[bool], object]) -> QCheckBox:
        box = QCheckBox(text)
        box.clicked.connect(toggled)
        return box

    def _choose_kind(self, kind: Any) -> None:
        found = SourceKind(kind)
        # A video is no motion file: what was chosen for the other kind does not fit.
        path = self._driving.choice.path if found is self._driving.choice.kind else None
        self._choose(kind=found, path=path, port=_PORTS.get(found, self._driving.choice.port))

    def _choose(self, **parts: Any) -> None:
        if "size" in parts:
            parts["size"] = tuple(parts["size"])
        self._driving.choose(replace(self._driving.choice, **parts))

    def _ask_file(self) -> None:
        choice = self._driving.choice
        video = choice.kind is SourceKind.VIDEO
        filters = (
            self.tr("Videos ({0})").format(patterns(VIDEO_SUFFIXES))
            if video
            else self.tr("Motion files ({0})").format(patterns(MOTION_SUFFIXES))
        )
        folder = None if choice.path is None else choice.path.parent
        title = self.tr("Drive with a video") if video else self.tr("Drive with a motion file")
        ask_open_file(self, title, [filters, self.tr("All files (*)")], folder, self.choose_file)


def _show(box: QComboBox, value: Any) -> None:
    """Show an entry; tuples come back from the box as lists."""
    for row in range(box.count()):
        data = box.itemData(row)
        if data == value or (isinstance(data, list) and tuple(data) == value):
            box.setCurrentIndex(row)
            return
