"""The command `triptych`.

Importing this module and parsing arguments is quick: commands import what is heavy when they run.
Exit codes: 0 done, 2 wrong usage, 3 bad input, 4 missing asset, 130 interrupted, 1 anything else.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from models.errors import TriptychError
from studio import __version__
from studio.commands import (
    assets,
    bench,
    build,
    doctor,
    drive,
    evaluate,
    gui,
    info,
    render,
    sample,
)
from studio.console import complain
from studio.usage import Parser, join_negative

INTERRUPTED = 130


def make_parser() -> Parser:
    """The parser of all commands; each sets ``run``, a function of the parsed arguments."""
    parser = Parser(prog="triptych", description="One portrait photo becomes a posable 3D head.")
    parser.add_argument("--version", action="version", version=f"triptych {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    parser.set_defaults(run=gui.run, target=None, sample=False)
    for module in (gui, build, render, drive, info, evaluate, bench, doctor, assets, sample):
        module.add_command(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors are told in one sentence each."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        given = sys.argv[1:] if arguments is None else arguments
        parsed = make_parser().parse_args(join_negative(given))
        code: int = parsed.run(parsed)
        return code
    except TriptychError as error:
        complain(_sentence(str(error)))
        return error.exit_code
    except KeyboardInterrupt:
        complain("Interrupted; nothing was left half-written.")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has left, as `head` does: nobody is there to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MemoryError:
        complain("There is not enough memory; close other programs or use a smaller --resolution.")
        return 1
    except Exception as error:
        _explain_unexpected(error)
        return 1


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Leave on SIGTERM as on Ctrl-C, so that temporary files go."""
    raise KeyboardInterrupt


def _sentence(text: str) -> str:
    """``text`` on one line, with a full stop."""
    line = " ".join(text.split())
    return line if line.endswith((".", "!", "?")) else f"{line}."


def _explain_unexpected(error: Exception) -> None:
    if os.environ.get("TRIPTYCH_DEBUG"):
        traceback.print_exception(error)
    summary = f"{type(error).__name__}: {error}"[:300].rstrip(".")
    complain(_sentence(f"Something unexpected went wrong ({summary}); {_keep_details(error)}"))


def _keep_details(error: Exception) -> str:
    """Write the traceback to the log folder; returns where it is, as the end of a sentence."""
    import platformdirs

    try:
        folder = Path(platformdirs.user_log_dir("triptych", appauthor=False))
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "last-error.txt"
        details = "".join(traceback.format_exception(error))
        log.write_text(f"triptych {__version__}\n{sys.argv}\n{details}", encoding="utf-8")
    except OSError:
        return "set TRIPTYCH_DEBUG=1 to see the details"
    return f"the details are in {log}"


if __name__ == "__main__":
    sys.exit(main())
