"""The preferences, generated from the fields of the settings model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le, MultipleOf
from pydantic.fields import FieldInfo
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from studio.session.settings import Settings
from studio.ui.desk import Desk
from studio.ui.icons import icon
from studio.ui.questions import ask_open_file

_WIDTH = 520


class Preferences(QDialog):
    """A page for each group of fields; a change is kept at once."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self.setMinimumWidth(_WIDTH)
        self._desk = desk
        self._setters: dict[str, Callable[[Any], None]] = {}
        pages = QTabWidget()
        pages.setAccessibleName(self.windowTitle())
        for group, fields in grouped_fields().items():
            pages.addTab(self._page(fields), self.tr(group))
        button = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(button.RestoreDefaults | button.Close)
        buttons.button(button.RestoreDefaults).clicked.connect(self._restore)
        buttons.button(button.RestoreDefaults).setAutoDefault(False)
        buttons.button(button.Close).setDefault(True)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(pages)
        column.addWidget(buttons)
        desk.settings_changed.connect(self._show)
        self._show(desk.settings)

    def _page(self, fields: dict[str, FieldInfo]) -> QWidget:
        page = QWidget()
        form = QGridLayout(page)
        form.setContentsMargins(16, 16, 16, 16)
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(4)
        form.setColumnStretch(1, 1)
        row = 0
        for name, field in fields.items():
            title = self.tr(field.title or name)
            editor = self._editor(name, field)
            editor.setAccessibleName(title)
            words = QLabel(self.tr(field.description or ""), wordWrap=True)
            words.setProperty("dim", True)
            editor.setToolTip(words.text())
            label = QLabel(title)
            label.setBuddy(editor)
            form.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
            form.addWidget(editor, row, 1)
            form.addWidget(words, row + 1, 1)
            form.setRowMinimumHeight(row + 2, 12)
            row += 3
        form.setRowStretch(row, 1)
        return page

    def _editor(self, name: str, field: FieldInfo) -> QWidget:
        kind = field.annotation
        if get_origin(kind) is Literal:
            return self._choice(name, get_args(kind))
        if kind is bool:
            box = QCheckBox()
            box.toggled.connect(lambda value: self._change(name, value))
            self._setters[name] = box.setChecked
            return box
        if kind is int:
            return self._whole(name, field)
        if kind is float:
            return self._number(name, field)
        return self._text(name, field)

    def _text(self, name: str, field: FieldInfo) -> QWidget:
        line = QLineEdit()
        line.editingFinished.connect(lambda: self._change(name, line.text().strip()))
        self._setters[name] = line.setText
        if field.examples:
            box = QComboBox(editable=True)
            box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            box.addItems([str(example) for example in field.examples])
            box.setLineEdit(line)
            box.textActivated.connect(lambda value: self._change(name, value))
            return box
        patterns = _extra(field).get("files")
        if isinstance(patterns, str):
            browse = line.addAction(
                icon("ph.folder-open"), QLineEdit.ActionPosition.TrailingPosition
            )
            browse.setText(self.tr("Choose a file…"))
            browse.setToolTip(browse.text())
            browse.triggered.connect(lambda: self._browse(name, str(patterns)))
            line.setClearButtonEnabled(True)
        return line

    def _browse(self, name: str, patterns: str) -> None:
        filters = [self.tr("Files ({0})").format(patterns), self.tr("All files (*)")]
        now = getattr(self._desk.settings, name)
        ask_open_file(
            self,
            self.tr("Choose a file"),
            filters,
            Path(now).parent if now else None,
            lambda path: self._change(name, str(path)),
        )

    def _choice(self, name: str, values: tuple[str, ...]) -> QWidget:
        box = QComboBox()
        for value in values:
            box.addItem(self.tr(value.capitalize()), value)
        box.activated.connect(lambda _: self._change(name, box.currentData()))
        self._setters[name] = lambda value: box.setCurrentIndex(box.findData(value))
        return box

    def _whole(self, name: str, field: FieldInfo) -> QWidget:
        box = QSpinBox()
        box.setKeyboardTracking(False)
        low, high, step = _range(field)
        box.setRange(int(low), int(high))
        box.setSingleStep(int(step or 1))
        box.setSpecialValueText(self.tr(str(_extra(field).get("zero", ""))))
        box.valueChanged.connect(lambda value: self._change(name, _snapped(value, int(step))))
        self._setters[name] = box.setValue
        return box

    def _number(self, name: str, field: FieldInfo) -> QWidget:
        box = QDoubleSpinBox()
        box.setKeyboardTracking(False)
        box.setDecimals(1)
        low, high, step = _range(field)
        box.setRange(low, high)
        box.setSingleStep(step or 0.5)
        box.setSpecialValueText(self.tr(str(_extra(field).get("zero", ""))))
        box.valueChanged.connect(lambda value: self._change(name, value))
        self._setters[name] = box.setValue
        return box

    def _change(self, name: str, value: Any) -> None:
        if getattr(self._desk.settings, name) != value:
            self._desk.change_settings(**{name: value})
        self._show(self._desk.settings)

    def _show(self, settings: Settings) -> None:
        for name, put in self._setters.items():
            put(getattr(settings, name))

    def _restore(self) -> None:
        self._desk.change_settings(**{n: Settings.model_fields[n].default for n in self._setters})


def grouped_fields() -> dict[str, dict[str, FieldInfo]]:
    """The fields that are shown, by the name of their group."""
    groups: dict[str, dict[str, FieldInfo]] = {}
    for name, field in Settings.model_fields.items():
        group = _extra(field).get("group")
        if isinstance(group, str):
            groups.setdefault(group, {})[name] = field
    return groups


def _range(field: FieldInfo) -> tuple[float, float, float]:
    """Lowest and highest value, and the step (0 when any value will do)."""
    low, high, step = 0.0, 1e9, 0.0
    for limit in field.metadata:
        if isinstance(limit, Ge):
            low = float(limit.ge)  # type: ignore[arg-type]
        elif isinstance(limit, Le):
            high = float(limit.le)  # type: ignore[arg-type]
        elif isinstance(limit, MultipleOf):
            step = float(limit.multiple_of)  # type: ignore[arg-type]
    return low, high, step


def _extra(field: FieldInfo) -> dict[str, Any]:
    return dict(field.json_schema_extra) if isinstance(field.json_schema_extra, dict) else {}


def _snapped(value: int, step: int) -> int:
    return round(value / step) * step if step else value
