"""The run behind `triptych evaluate reconstruct`: numbers and sheets of avatars of photos."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from models.background import Background
from models.camera import Camera
from models.errors import BadInput
from models.evaluate.reconstruct import Build, evaluate_photos, find_photos
from models.evaluate.sheet import GrowingSheet, save_sheet
from models.evaluate.views import SIZE, RenderableAvatar, avatar_sheet, overview_cells
from models.pose import Pose
from studio.commands.evaluate_tables import print_report
from studio.session.stored import write_json
from studio.usage import check_output

if TYPE_CHECKING:
    from models.avatar import Avatar

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
SAMPLES = 2
"""Samples per ray of every rendered view."""


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
        if self.sheet is not None:
            check_output(self.sheet, PICTURES)
        if self.json is not None:
            check_output(self.json, (".json",))
        if self.sheets is None:
            return
        if self.sheets.exists() and not self.sheets.is_dir():
            raise BadInput(f"{self.sheets} is a file; name a folder for the sheets.")
        try:
            self.sheets.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"{self.sheets} cannot be created: {error.strerror}.") from error


def reconstruct(path: Path, build: Build, outputs: Outputs, **facts: str | int) -> int:
    """Evaluate the photo or folder ``path``, print tables, write ``outputs``.

    ``facts`` about ``build`` (device, resolution of the planes) go into the JSON rows. Returns the
    exit code: 0, or 1 when a photo failed. Raises BadInput or UsageError before the run.
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
        write_json(outputs.json, report.to_json(**facts))
    print_report(report, Console(file=sys.stdout))
    return 1 if report.failures else 0


class OnDevice:
    """An avatar that renders on one device, so that times belong to the device of the report."""

    def __init__(self, avatar: Avatar, device: str) -> None:
        """Wrap ``avatar``."""
        self.source_camera: Camera = avatar.source_camera
        self.source_pose: Pose = avatar.source_pose
        self.source_crop: NDArray[np.float32] = avatar.source_crop
        self.source_matte: NDArray[np.float32] = avatar.source_matte
        self._avatar = avatar
        self._device = device

    def render(
        self,
        pose: Pose,
        camera: Camera,
        size: int = SIZE,
        *,
        background: Background | None = None,
        branch: str = "all",
    ) -> NDArray[np.float32]:
        """What ``Avatar.render`` gives on the device."""
        frame: NDArray[np.float32] = self._avatar.render(
            pose,
            camera,
            size=size,
            background=background,
            branch=branch,
            samples=SAMPLES,
            device=self._device,
        )
        return frame


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
