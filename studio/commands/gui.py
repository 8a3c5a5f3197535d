"""`triptych gui`: the studio's window."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path
from typing import Any

from models.errors import TriptychError
from studio.usage import UsageError, check_input

_DISPLAY_REMEDY = "start it on a desktop, or use the other commands (`triptych --help`)"


class NoWindow(TriptychError):
    """This machine cannot show a window."""


def add_command(commands: Any) -> None:
    """Describe the command to the parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "gui",
        help="open the studio's window (also without any command)",
        description="Open the studio: turn and pose an avatar, build one from a photo.",
    )
    parser.add_argument(
        "target", type=Path, nargs="?", metavar="FILE", help="a photo, an .avatar or a .triptych"
    )
    parser.add_argument("--sample", action="store_true", help="begin with the sample portrait")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Open the window; returns when it is closed.

    Raises:
        NoWindow: without a display or Qt's system libraries; BadInput: for a bad file;
        UsageError: for both a file and the sample.
    """
    target: Path | None = options.target
    if target is not None and options.sample:
        raise UsageError("Name a file or use --sample, not both; see `triptych gui --help`.")
    if target is not None:
        check_input(target)
        target = target.absolute()
    check_display()
    # Nothing of what is loaded here is garbage; the window collects later, between its events.
    gc.disable()
    try:
        return _run_studio(target, options.sample)
    finally:
        gc.enable()


def _run_studio(target: Path | None, sample: bool) -> int:
    try:
        from studio.ui.app import run_studio
    except ImportError as error:
        if "PySide6" not in str(error) and ".so" not in str(error):
            raise
        raise NoWindow(
            f"Qt cannot be loaded ({error}); install what is missing, as packaging/setup.sh does."
        ) from error
    return run_studio(target, sample=sample)


def check_display() -> None:
    """Raise ``NoWindow`` when there is no display, which Qt would answer by ending the process."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if not sys.platform.startswith("linux") or chosen.split(":")[0] not in ("", "xcb", "wayland"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise NoWindow(f"There is no display to open a window on; {_DISPLAY_REMEDY}.")
