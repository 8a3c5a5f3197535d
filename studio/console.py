"""What commands say: results on stdout, everything else on stderr."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

Report = Callable[[str, float], None]
"""Called with the name of the stage and the share 0..1 of the whole that is done."""


def say(text: str) -> None:
    """Print a result."""
    print(text, flush=True)


def warn(text: str) -> None:
    """Print a warning."""
    print(f"warning: {text}", file=sys.stderr, flush=True)


def complain(text: str) -> None:
    """Print an error."""
    print(f"triptych: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def progress(quiet: bool = False) -> Iterator[Report]:
    """A progress line with stage and remaining time on a terminal; elsewhere it stays silent."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as line:
        task = line.add_task("starting", total=1.0)

        def report(stage: str, share: float) -> None:
            line.update(task, description=stage, completed=min(max(share, 0.0), 1.0))

        yield report
