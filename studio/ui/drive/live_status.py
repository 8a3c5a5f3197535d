"""What driving does just now, in a word or a sentence, and how quickly."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from studio.drive.network_source import UdpSource
from studio.ui.drive.choice import NETWORK_KINDS
from studio.ui.drive.driving import Driving
from studio.ui.drive.phase import Phase
from studio.ui.theme import tokens


class LiveStatus(QWidget):
    """Two lines; shows nothing while nothing runs and nothing went wrong."""

    def __init__(self, driving: Driving, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._driving = driving
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.figures = QWidget()
        grid = QGridLayout(self.figures)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        self.values = {}
        for column, (name, text, hint) in enumerate(self._texts()):
            value, caption = QLabel(), QLabel(text)
            caption.setProperty("dim", True)
            for row, label in enumerate((value, caption)):
                label.setToolTip(hint)
                grid.addWidget(label, row, column)
            grid.setColumnStretch(column, 1)
            self.values[name] = value
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(4)
        lines.addWidget(self.status)
        lines.addWidget(self.figures)

    def _texts(self) -> list[tuple[str, str, str]]:
        """Name, caption and explanation of each figure."""
        return [
            ("tracked", self.tr("tracked"), self.tr("Poses a second")),
            ("shown", self.tr("shown"), self.tr("Pictures of them a second")),
            ("latency", self.tr("latency"), self.tr("From the camera's frame to the picture")),
            ("dropped", self.tr("dropped"), self.tr("Frames and poses left out to keep up")),
        ]

    def show_status(self) -> None:
        """Show what is going on."""
        mood, text = self._status()
        self.status.setVisible(bool(text))
        self.status.setText(text)
        sheet = f"color: {getattr(tokens(), mood)};" if mood else ""
        if self.status.styleSheet() != sheet:
            self.status.setStyleSheet(sheet)

    def show_figures(self) -> None:
        """Show rates, latency and what was dropped."""
        driving = self._driving
        self.figures.setVisible(driving.phase is Phase.RUNNING)
        if driving.phase is not Phase.RUNNING:
            return
        found = driving.meter.figures()
        late = found.latency is None
        texts = {
            "tracked": self.tr("{0:.0f} fps").format(found.tracked),
            "shown": self.tr("{0:.0f} fps").format(found.shown),
            "latency": "–" if late else self.tr("{0:.0f} ms").format(found.latency),
            "dropped": str(found.dropped),
        }
        for name, text in texts.items():
            self.values[name].setText(text)
        stages = (f"{name}: {spent:.1f} ms" for name, spent in found.stages.items())
        self.values["latency"].setToolTip("\n".join(stages))

    def _status(self) -> tuple[str, str]:
        """Mood (a token) and text."""
        driving = self._driving
        if driving.fault is not None:
            return "danger", f"{driving.fault.sentence} {driving.fault.remedy}".strip()
        if driving.phase is not Phase.RUNNING:
            return "", ""
        present = driving.newest is not None and driving.newest.present
        if driving.recording and present:
            return "danger", self.tr("Recording")
        source = driving.source
        if isinstance(source, UdpSource):
            return ("good" if present else "warning"), self._network(source, present)
        if present:
            return "good", self.tr("Live")
        network = driving.choice.kind in NETWORK_KINDS
        return "warning", self.tr("Nothing arrives.") if network else self.tr(
            "No face is seen: come nearer, into the light."
        )

    def _network(self, source: UdpSource, present: bool) -> str:
        place = source.reached_at
        if present:
            return self.tr("Live · {0} · packets: {1}").format(place, source.packets)
        if not source.packets:
            return self.tr("Waiting on {0}; nothing has come yet.").format(place)
        if not source.poses:
            text = self.tr("What comes to {0} is not from {1}; packets: {2}.")
            return text.format(place, source.name, source.packets)
        text = self.tr("Nothing arrives on {0} any more; packets: {1}.")
        return text.format(place, source.packets)
