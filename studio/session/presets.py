"""Named poses: the built-in ones, the user's own, and the open project's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.errors import BadInput
from models.pose import PRESETS, Pose
from studio.session.folders import config_folder
from studio.session.stored import read_json, set_aside, write_json

if TYPE_CHECKING:
    from studio.session.session import Session

NAME_LIMIT = 80
_SIZE_LIMIT = 8_000_000
_COUNT_LIMIT = 1000


@dataclass(frozen=True)
class Preset:
    """A named pose and whose it is."""

    name: str
    pose: Pose
    owner: Literal["built-in", "user", "project"]


class UserPresets:
    """The user's own presets, a JSON file in the configuration folder."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the file; ``warning`` is a sentence when it was damaged and set aside."""
        self.path = config_folder() / "presets.json" if path is None else path
        self.warning: str | None = None
        self._poses: dict[str, Pose] = {}
        try:
            self._poses = read_presets(read_json(self.path, _SIZE_LIMIT))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, BadInput) as error:
            self.warning = self._damaged(error)

    @property
    def poses(self) -> Mapping[str, Pose]:
        """By name, in the order in which they were made."""
        return dict(self._poses)

    def put(self, name: str, pose: Pose) -> None:
        """Add or replace one, and save. Raises ``BadInput`` for a name, or when saving fails."""
        self._save({**self._poses, checked_name(name): pose})

    def remove(self, name: str) -> None:
        """Forget one, and save. Raises ``BadInput`` when saving fails."""
        self._save({key: pose for key, pose in self._poses.items() if key != name})

    def _save(self, poses: dict[str, Pose]) -> None:
        write_json(self.path, {name: pose.to_json() for name, pose in poses.items()})
        self._poses = poses

    def _damaged(self, error: Exception) -> str:
        try:
            kept = f"it was kept as {set_aside(self.path).name}"
        except OSError:
            kept = "it is left alone"
        return f"{self.path} cannot be used ({str(error).rstrip('.')}); {kept}."


def all_presets(session: Session, user: UserPresets) -> list[Preset]:
    """Built-in, then the user's, then the project's; the later of one name replaces the earlier."""
    found = {name: Preset(name, pose, "built-in") for name, pose in PRESETS.items()}
    found |= {name: Preset(name, pose, "user") for name, pose in user.poses.items()}
    found |= {name: Preset(name, p, "project") for name, p in session.state.presets.items()}
    return list(found.values())


def keep_in_project(session: Session, name: str, pose: Pose) -> None:
    """Add a preset to the project, one step. Raises ``BadInput`` for a name that cannot be."""
    name = checked_name(name)
    session.change(f"Keep preset {name}", presets={**session.state.presets, name: pose})


def remove_from_project(session: Session, name: str) -> None:
    """Take a preset out of the project, one step."""
    rest = {key: pose for key, pose in session.state.presets.items() if key != name}
    session.change(f"Remove preset {name}", presets=rest)


def checked_name(name: str) -> str:
    """A preset's name without surrounding blanks. Raises ``BadInput`` when it cannot be one."""
    name = name.strip()
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise BadInput(f"A preset needs a name of 1 to {NAME_LIMIT} printable characters.")
    return name


def read_presets(document: object) -> dict[str, Pose]:
    """Poses by name from JSON. Raises ``BadInput``."""
    if not isinstance(document, dict) or len(document) > _COUNT_LIMIT:
        raise BadInput(f"Presets must be an object of at most {_COUNT_LIMIT} poses.")
    poses: dict[str, Pose] = {}
    for name, pose in document.items():
        if not isinstance(pose, dict):
            raise BadInput(f"The preset {str(name)[:NAME_LIMIT]!r} is not a pose.")
        poses[checked_name(name)] = Pose.from_json(pose, f"preset {name[:NAME_LIMIT]!r}")
    return poses
