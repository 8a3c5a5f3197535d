"""`python -m tests.screenshots OUT_DIR`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import tests.screenshots

THEMES = ("dark", "light")


def main() -> int:
    """Write the pictures and return the exit code."""
    text = tests.screenshots.__doc__
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=text)
    parser.add_argument("folder", type=Path, metavar="OUT_DIR")
    parser.add_argument("--portrait", type=Path, help="default: the sample portrait")
    parser.add_argument("--theme", choices=(*THEMES, "both"), default="both")
    parser.add_argument("--size", type=_size, default=(1440, 900), metavar="WxH")
    options = parser.parse_args()
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from tests.screenshots.photographer import Photographer
    from tests.screenshots.tour import tour

    for theme in THEMES if options.theme == "both" else (options.theme,):
        with tempfile.TemporaryDirectory() as state:
            os.environ["TRIPTYCH_STATE"] = state
            portrait = options.portrait or _sample(Path(state))
            with Photographer(options.folder / theme, theme, options.size, Path(state)) as camera:
                tour(camera, portrait)
    return 0


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def _sample(folder: Path) -> Path:
    from studio.sample_portrait import write_portrait

    path = folder / "Sample portrait.png"
    write_portrait(path)
    return path


if __name__ == "__main__":
    sys.exit(main())
