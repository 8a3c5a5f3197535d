"""How far driving is."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """What is going on."""

    IDLE = "idle"
    OPENING = "opening"
    RUNNING = "running"
