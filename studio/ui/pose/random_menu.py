"""Random faces: a button, and a small form for seed and strength."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QFormLayout,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from studio.ui.controls.buttons import icon_button
from studio.ui.controls.span import Span
from studio.ui.controls.value_bar import ValueBar
from studio.ui.desk import Desk

_MOST = 999_999


def random_button(form: RandomForm, hint: str) -> QToolButton:
    """A button whose click gives the next random face, and whose arrow opens the form."""
    button = icon_button("ph.dice-five", hint)
    menu = QMenu(button)
    action = QWidgetAction(menu)
    action.setDefaultWidget(form)
    menu.addAction(action)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    button.clicked.connect(lambda _down: form.another())
    return button


class RandomForm(QWidget):
    """Seed and strength; each change gives that face, and the same seed gives the same one."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.seed = QSpinBox()
        self.seed.setRange(0, _MOST)
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.setToolTip(self.tr("The same seed gives the same face"))
        self.strength = ValueBar(Span(0.0, 1.0, rest=1.0), self.tr("Strength"))
        self.strength.show_amount(0.7)
        roll = QPushButton(self.tr("Another face"))
        form = QFormLayout(self)
        form.setContentsMargins(12, 8, 12, 8)
        form.addRow(self.tr("Seed"), self.seed)
        form.addRow(self.tr("Strength"), self.strength)
        form.addRow(roll)
        self.seed.valueChanged.connect(lambda _seed: self.apply())
        roll.clicked.connect(lambda _down: self.another())
        session = desk.session
        self.strength.drag_began.connect(lambda: session.begin(self.tr("Random pose")))
        self.strength.drag_ended.connect(session.end)
        self.strength.drag_cancelled.connect(session.cancel)
        self.strength.edited.connect(self._set_strength)
        self.strength.reset_asked.connect(lambda: self._set_strength(1.0))

    def another(self) -> None:
        """Take the next seed."""
        self.seed.setValue((self.seed.value() + 1) % (_MOST + 1))

    def apply(self) -> None:
        """Make the session's pose the random face."""
        self._desk.posing.randomise(self.seed.value(), self.strength.amount)

    def _set_strength(self, strength: float) -> None:
        self.strength.show_amount(strength)
        self.apply()
