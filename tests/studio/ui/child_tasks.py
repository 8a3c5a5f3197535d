"""Quick tasks for the other process; the photo's name says what happens."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from models.errors import BadInput
from studio.engine.tasks import FoundFace


def prepare(tell):
    tell("ready", 1.0)


def find_faces(tell, photo):
    name = str(photo)
    count = 0 if "wall" in name else 3 if "group" in name else 1
    picture = np.full((128, 128, 3), 120, np.uint8)
    return tuple(FoundFace(index, (0.1, 0.1, 0.5, 0.5), picture) for index in range(count))


def build(tell, photo, out: Path, face, head, resolution, device):
    tell("portrait", 0.0)
    if "endless" in str(photo):
        time.sleep(3600)
    if "broken" in str(photo):
        raise BadInput(f"{photo} cannot be read; use another copy.")
    tell("bake", 0.5)
    out.write_text("avatar")


TASKS = {task.__name__: task for task in (prepare, find_faces, build)}
