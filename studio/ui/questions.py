"""Questions before something is lost. They do not block: the answer arrives later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from studio.ui.icons import icon

Then = Callable[[], object]
Chosen = Callable[[Path], object]
_ICON = 40


def ask_unsaved(parent: QWidget, title: str, *, save: Then, discard: Then) -> QMessageBox:
    """Save, discard, or go back and do nothing."""
    box = QMessageBox(parent)
    box.setObjectName("unsaved")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIconPixmap(icon("ph.question", "accent_text").pixmap(_ICON, _ICON))
    box.setText(parent.tr("Save the changes to “{title}”?").format(title=title))
    box.setInformativeText(parent.tr("They are lost if you do not save them."))
    button = QMessageBox.StandardButton
    box.setStandardButtons(button.Save | button.Discard | button.Cancel)
    box.setDefaultButton(button.Save)
    box.setEscapeButton(button.Cancel)
    answers = {int(button.Save.value): save, int(button.Discard.value): discard}
    box.finished.connect(lambda answer: answers.get(answer, _nothing)())
    box.open()
    return box


def ask_locate(parent: QWidget, sentence: str, locate: Then) -> QMessageBox:
    """Something is missing: offer to look for it."""
    box = QMessageBox(parent)
    box.setObjectName("locate")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIconPixmap(icon("ph.warning", "warning").pixmap(_ICON, _ICON))
    box.setText(parent.tr("The project's avatar is not where it was."))
    box.setInformativeText(sentence)
    find = box.addButton(parent.tr("Locate…"), QMessageBox.ButtonRole.AcceptRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(find)
    find.clicked.connect(locate)
    box.open()
    return box


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


def _nothing() -> None:
    """Go back."""
