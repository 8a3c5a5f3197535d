"""Quick tasks for the other process, in place of photos and avatars."""

from __future__ import annotations

import os
import time
from pathlib import Path

from models.errors import BadInput


def add(tell, a, b):
    tell("adding", 0.5)
    return a + b


def refuse(tell):
    raise BadInput("photo.jpg shows no face; try another.")


def crash(tell):
    os._exit(9)


def stumble(tell):
    raise KeyError("nose")


def sleep(tell):
    tell("sleeping", 0.25)
    time.sleep(3600)


def find_faces(tell, photo):
    return (str(photo),)


def build(tell, photo, out: Path, face, head, resolution, device):
    tell("portrait", 0.0)
    tell("bake", 0.5)
    if "endless" in str(photo):
        time.sleep(3600)
    if "faceless" in str(photo):
        raise BadInput(f"no face found in {photo}; try a larger photo")
    out.write_text("avatar")


TASKS = {task.__name__: task for task in (add, refuse, crash, stumble, sleep, find_faces, build)}
