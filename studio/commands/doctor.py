"""`triptych doctor`: what works on this machine, and what to do where something does not."""

from __future__ import annotations

import argparse
from typing import Any

from studio.console import say


def add_command(commands: Any) -> None:
    """Describe the command to the parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "doctor",
        help="tell what works on this machine",
        description="Tell what works on this machine and why the rest does not.",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print one line for each check; 1 when the way from photo to picture is blocked."""
    from studio.diagnosis import examine

    blocked = False
    for finding in examine():
        mark = "ok  " if finding.works else "FAIL" if finding.needed else "--  "
        remedy = f"; {finding.remedy}" if finding.remedy and not finding.works else ""
        say(f"{mark} {finding.name}: {finding.detail}{remedy}")
        blocked = blocked or (finding.needed and not finding.works)
    say("Something that Triptych needs does not work." if blocked else "All that is needed works.")
    return int(blocked)
