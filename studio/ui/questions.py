"""Questions before something is lost. They do not block: the answer arrives later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFileDialog, QGridLayout, QMessageBox, QSpacerItem, QWidget

from studio.ui.icons import icon

Then = Callable[[], object]
Chosen = Callable[[Path], object]
_ICON = 40
_WIDTH = 460


def ask_unsaved(parent: QWidget, title: str, *, save: Then, discard: Then) -> QMessageBox:
    """Save, discard, or go back and do nothing."""
    box = _box(parent, "unsaved", icon("ph.question", "accent_text"))
    box.setText(parent.tr("Save the changes to “{title}”?").format(title=title))
    box.setInformativeText(parent.tr("They are lost if you do not save them."))
    button = QMessageBox.StandardButton
    box.setStandardButtons(button.Save | button.Discard | button.Cancel)
    box.setDefaultButton(button.Save)
    box.setEscapeButton(button.Cancel)
    answers = {int(button.Save.value): save, int(button.Discard.value): discard}
    box.finished.connect(lambda answer: answers.get(answer, _nothing)())
    return _open(box)


def ask_locate(parent: QWidget, sentence: str, locate: Then) -> QMessageBox:
    """Something is missing: offer to look for it."""
    box = _box(parent, "locate", icon("ph.warning", "warning"))
    box.setText(parent.tr("The project's avatar is not where it was."))
    box.setInformativeText(sentence)
    find = box.addButton(parent.tr("Locate…"), QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(find)
    find.clicked.connect(locate)
    return _open(box)


def ask_open_file(
    parent: QWidget,
    title: str,
    filters: Sequence[str],
    folder: Path | None,
    then: Chosen,
) -> QFileDialog:
    """Choose a file that is there."""
    dialog = _file_dialog(parent, title, filters, folder, then)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.open()
    return dialog


def ask_save_file(
    parent: QWidget,
    title: str,
    filters: Sequence[str],
    proposal: Path,
    then: Chosen,
) -> QFileDialog:
    """Choose where to write; the first filter's suffix is added to a name without one."""
    dialog = _file_dialog(parent, title, filters, proposal.parent, then)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(proposal.suffix.removeprefix("."))
    dialog.selectFile(proposal.name)
    dialog.open()
    return dialog


def patterns(suffixes: Iterable[str]) -> str:
    """Names that end so, as filters of a file dialog want them: ``*.csv *.npz``."""
    return " ".join(f"*{suffix}" for suffix in suffixes)


def _file_dialog(
    parent: QWidget,
    title: str,
    filters: Sequence[str],
    folder: Path | None,
    then: Chosen,
) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setNameFilters(list(filters))
    if folder is not None and folder.is_dir():
        dialog.setDirectory(str(folder))
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    return dialog


def _box(parent: QWidget, name: str, sign: QIcon) -> QMessageBox:
    box = QMessageBox(parent)
    box.setObjectName(name)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIconPixmap(sign.pixmap(_ICON, _ICON))
    return box


def _open(box: QMessageBox) -> QMessageBox:
    """Show it, wide enough. By itself it is as wide as its title, and breaks what stands below."""
    layout = box.layout()
    if isinstance(layout, QGridLayout):
        # Last: a new text makes a new layout.
        layout.addItem(QSpacerItem(_WIDTH, 0), layout.rowCount(), 0, 1, layout.columnCount())
    box.open()
    return box


def _nothing() -> None:
    """Go back."""
