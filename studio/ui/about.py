"""Version and licences."""

from __future__ import annotations

import html
import json
import re
from importlib import metadata, resources

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from studio import __version__
from studio.ui.icons import IconLabel

_PACKAGE = "triptych-studio"
_LICENCE_LENGTH = 60


class About(QDialog):
    """What this is, and whose work is in it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Triptych"))
        self.resize(580, 520)
        sign = IconLabel("ph.user-focus", "accent_text", 48)
        title = QLabel(self.tr("Triptych {version}").format(version=__version__))
        title.setProperty("heading", True)
        words = QLabel(
            self.tr(
                "A portrait in three planes: one photo becomes a head that can be turned and "
                "posed. Apache License 2.0."
            ),
            wordWrap=True,
        )
        words.setProperty("dim", True)
        text = QVBoxLayout()
        text.setSpacing(4)
        text.addWidget(title)
        text.addWidget(words)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(sign)
        head.addLayout(text, 1)
        sheet = QTextBrowser(openExternalLinks=True)
        sheet.setAccessibleName(self.tr("Licences"))
        sheet.setHtml(self._licences())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        column.addLayout(head)
        column.addWidget(sheet)
        column.addWidget(buttons)

    def _licences(self) -> str:
        parts = ((self.tr("Carried with it"), _carried()), (self.tr("Packages"), _packages()))
        return "".join(_table(title, rows) for title, rows in parts)


def _table(title: str, rows: list[tuple[str, str, str]]) -> str:
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}&nbsp;&nbsp;</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<h4>{html.escape(title)}</h4><table cellpadding='2'>{lines}</table>"


def _packages() -> list[tuple[str, str, str]]:
    """Name, version and licence of each package that this one asks for."""
    try:
        wanted = metadata.requires(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return []
    rows = []
    for line in wanted:
        name = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
        if "extra ==" in line:
            continue
        try:
            rows.append((name, metadata.version(name), _licence(metadata.metadata(name))))
        except metadata.PackageNotFoundError:
            continue
    return sorted(rows, key=lambda row: row[0].lower())


def _licence(about: metadata.PackageMetadata) -> str:
    values = about.json
    for key in ("license_expression", "license"):
        text = str(values.get(key, "")).strip()
        if text and "\n" not in text and len(text) <= _LICENCE_LENGTH:
            return text
    classes = [
        str(text) for text in values.get("classifier", []) if str(text).startswith("License")
    ]
    return classes[0].rsplit(" :: ", 1)[-1] if classes else ""


def _carried() -> list[tuple[str, str, str]]:
    """Name, author and licence of each file in ``resources`` that others made."""
    text = resources.files("resources").joinpath("manifest.json").read_text(encoding="utf-8")
    assets = json.loads(text)["assets"]
    return [
        (about["purpose"], about["holder"], about["licence"])
        for about in assets.values()
        if about["carried"]
    ]
