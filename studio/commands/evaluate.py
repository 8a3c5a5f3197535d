"""`triptych evaluate reconstruct`: numbers and sheets of avatars built from photos."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from rich.console import Console

from models.errors import BadInput
from models.evaluate.reconstruct import Build, Report, evaluate_photos, find_photos
from models.evaluate.sheet import GrowingSheet, save_sheet
from models.evaluate.views import RenderableAvatar, avatar_sheet, overview_cells
from models.files import atomic_write
from studio.commands.evaluate_tables import print_report


@dataclass(frozen=True)
class Outputs:
    """What to write besides the tables.

    Attributes:
        sheet: picture file: everything about one avatar, or a row for each of several.
        sheets: folder for the full sheet of every avatar, named after its photo.
        json: file for the machine-readable rows.
    """

    sheet: Path | None = None
    sheets: Path | None = None
    json: Path | None = None

    def check(self) -> None:
        """Refuse, before the long run, files that could not be written after it."""
        for path in (self.sheet, self.json):
            if path is not None and not path.absolute().parent.is_dir():
                raise BadInput(f"The folder of {path} does not exist; make it first.")
        if self.sheet is not None and self.sheet.suffix.lower() not in _picture_suffixes():
            raise BadInput(f"{self.sheet} is no picture file name; end it in .png or .jpg.")
        if self.sheets is not None:
            try:
                self.sheets.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadInput(f"{self.sheets} cannot be a folder ({error.strerror}).") from error


def reconstruct(path: Path, build: Build, outputs: Outputs, *, device: str, samples: int) -> int:
    """Evaluate the photo or folder ``path``, print tables, write ``outputs``.

    ``device`` and ``samples`` (per ray) are those of ``build`` and go into the JSON rows. Returns
    the exit code: 0, or 1 when a photo failed. Raises BadInput when there is nothing to evaluate.
    """
    photos = find_photos(path)
    outputs.check()
    pictures = _Pictures(outputs, single=len(photos) == 1)
    status = Console(stderr=True).status("")
    with status:
        report = evaluate_photos(
            photos,
            build,
            on_photo=lambda photo: status.update(
                f"photo {photos.index(photo) + 1} of {len(photos)}: {photo.name}"
            ),
            on_avatar=pictures.add,
        )
    pictures.finish()
    if outputs.json is not None:
        _write_json(report, outputs.json, device, samples)
    print_report(report, Console(file=sys.stdout))
    return 1 if report.failures else 0


class _Pictures:
    """The sheets of one run."""

    def __init__(self, outputs: Outputs, *, single: bool) -> None:
        self._outputs = outputs
        self._single = single
        self._overview = GrowingSheet()

    def add(self, photo: Path, avatar: RenderableAvatar) -> None:
        """Draw what the outputs ask for of one avatar."""
        for target in self._full_sheets(photo):
            save_sheet(avatar_sheet(avatar), target)
        if self._outputs.sheet is not None and not self._single:
            self._overview.add(overview_cells(avatar, photo.name))

    def finish(self) -> None:
        """Write the overview of several avatars."""
        if self._outputs.sheet is not None:
            self._overview.save(self._outputs.sheet)

    def _full_sheets(self, photo: Path) -> Sequence[Path]:
        targets = []
        if self._outputs.sheet is not None and self._single:
            targets.append(self._outputs.sheet)
        if self._outputs.sheets is not None:
            targets.append(self._outputs.sheets / f"{photo.stem}.png")
        return targets


def _picture_suffixes() -> set[str]:
    formats = Image.registered_extensions()
    return {suffix for suffix, name in formats.items() if name in ("PNG", "JPEG", "WEBP")}


def _write_json(report: Report, path: Path, device: str, samples: int) -> None:
    document = report.to_json(device=device, samples_per_ray=samples)
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(document, indent=2, allow_nan=False) + "\n", "utf-8")
