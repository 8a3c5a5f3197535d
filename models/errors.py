"""Errors that a person can act on.

Each message is one sentence that names the file and the remedy; the command line prints it without
a traceback and leaves with ``exit_code``.
"""

from __future__ import annotations


class TriptychError(Exception):
    """Anything Triptych reports on purpose."""

    exit_code = 1


class BadInput(TriptychError):
    """A file or value that the user gave cannot be used."""

    exit_code = 3


class MissingAsset(TriptychError):
    """Weights or data that the task needs are not installed."""

    exit_code = 4
