"""The `.avatar` file: round trips, damage and hostile content."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from models.avatar_file import AvatarArchive, read_archive, write_archive
from models.avatar_schema import ArchiveSchema, ArraySpec
from models.camera import Camera
from models.errors import BadInput
from models.pose import PRESETS

SCHEMA = ArchiveSchema(
    planes={
        "coarse": ArraySpec(("float16", "float32"), (3, 32, "R", "R")),
        "quantised": ArraySpec(("int16",), (3, None)),
    },
    proxy={
        "vertices": ArraySpec(("float32",), ("V", 3)),
        "weights": ArraySpec(("float32",), ("V", 6)),
        "faces": ArraySpec(("int32",), (None, 3)),
        "extra": ArraySpec(("float32",), (None,), optional=True),
    },
)
Members = dict[str, bytes]


def _png(size: int = 8) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (size, size), (200, 100, 50)).save(stream, "png")
    return stream.getvalue()


def _archive() -> AvatarArchive:
    random = np.random.default_rng(0)
    return AvatarArchive(
        meta={
            "version": 1,
            "camera": Camera.orbit(5, 3).to_vector().tolist(),
            "source_pose": PRESETS["smile"].to_json(),
            "licences": ["CC0"],
            "details": {"fit": [0.01, {"iterations": 4}]},
        },
        planes={
            "coarse": random.normal(size=(3, 32, 4, 4)).astype(np.float16),
            "quantised": random.integers(-9, 9, (3, 5)).astype(np.int16),
        },
        proxy={
            "vertices": random.normal(size=(7, 3)).astype(np.float32),
            "weights": random.random((7, 6)).astype(np.float32),
            "faces": random.integers(0, 7, (9, 3)).astype(np.int32),
        },
        source_png=_png(),
        background_png=_png(16),
    )


def _same(a: AvatarArchive, b: AvatarArchive) -> bool:
    def equal(x: dict[str, np.ndarray], y: dict[str, np.ndarray]) -> bool:
        return x.keys() == y.keys() and all(
            x[k].dtype == y[k].dtype and np.array_equal(x[k], y[k]) for k in x
        )

    pictures = (a.source_png, a.background_png) == (b.source_png, b.background_png)
    return a.meta == b.meta and equal(a.planes, b.planes) and equal(a.proxy, b.proxy) and pictures


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("intact") / "anna.avatar"
    write_archive(path, _archive())
    return path.read_bytes()


def _members(content: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _seal(members: Members, /, **changes: Any) -> Members:
    """Members with checksums made right again, as a skilled attacker would."""
    meta = json.loads(members["avatar.json"])
    meta["members"] = {
        k: hashlib.sha256(v).hexdigest() for k, v in members.items() if k != "avatar.json"
    }
    meta.update(changes)
    return {**members, "avatar.json": json.dumps(meta).encode()}


def _zip(path: Path, members: Members, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _refused(path: Path, *words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_archive(path, SCHEMA)
    message = str(caught.value)
    assert path.name in message
    assert message.endswith(".")
    assert "\n" not in message
    for word in words:
        assert word in message


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "anna.avatar"
    write_archive(path, _archive())
    assert _same(read_archive(path, SCHEMA), _archive())
    assert list(tmp_path.iterdir()) == [path]


def test_same_avatar_same_bytes(tmp_path: Path, intact: bytes) -> None:
    archive = _archive()
    archive.planes = dict(reversed(archive.planes.items()))
    archive.meta = dict(reversed(archive.meta.items()))
    write_archive(tmp_path / "again.avatar", archive)
    assert (tmp_path / "again.avatar").read_bytes() == intact


def test_smooth_planes_shrink(tmp_path: Path) -> None:
    archive = _archive()
    random = np.random.default_rng(1)
    ramp = np.arange(64, dtype=np.float32)[None, None, None] * np.ones((3, 32, 64, 1), np.float32)
    archive.planes["coarse"] = ramp + random.integers(0, 4, ramp.shape).astype(np.float32)
    path = tmp_path / "smooth.avatar"
    write_archive(path, archive)
    assert path.stat().st_size < archive.planes["coarse"].nbytes / 3
    assert _same(read_archive(path, SCHEMA), archive)


def test_constant_planes_are_not_taken_for_a_bomb(tmp_path: Path) -> None:
    archive = _archive()
    archive.planes["coarse"] = np.zeros((3, 32, 64, 64), np.float32)
    write_archive(tmp_path / "flat.avatar", archive)
    assert _same(read_archive(tmp_path / "flat.avatar", SCHEMA), archive)


def test_a_repacked_deflated_file_still_opens(tmp_path: Path, intact: bytes) -> None:
    path = _zip(tmp_path / "packed.avatar", _members(intact), zipfile.ZIP_DEFLATED)
    assert _same(read_archive(path, SCHEMA), _archive())


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_flipped_bits_never_pass_unnoticed(
    tmp_path: Path, intact: bytes, data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, len(intact) - 1))
    bit = data.draw(st.integers(0, 7))
    damaged = bytearray(intact)
    damaged[position] ^= 1 << bit
    path = tmp_path / "flipped.avatar"
    path.write_bytes(damaged)
    try:
        archive = read_archive(path, SCHEMA)
    except BadInput as error:
        assert "flipped.avatar" in str(error)
        return
    # Time stamps and attributes of the zip carry nothing of ours.
    assert _same(archive, _archive())


def test_every_flip_inside_a_member_is_refused(tmp_path: Path, intact: bytes) -> None:
    path = tmp_path / "flipped.avatar"
    for name, content in _members(intact).items():
        middle = intact.index(content) + len(content) // 2
        damaged = bytearray(intact)
        damaged[middle] ^= 0x10
        path.write_bytes(damaged)
        _refused(path, "damaged")
        # With the CRC made right the checksum finds it.
        if name != "avatar.json":
            changed = bytearray(content)
            changed[len(changed) // 2] ^= 0x10
            _refused(_zip(path, {**_members(intact), name: bytes(changed)}), name, "checksum")


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_truncated_files_are_refused(tmp_path: Path, intact: bytes, data: st.DataObject) -> None:
    path = tmp_path / "short.avatar"
    path.write_bytes(intact[: data.draw(st.integers(0, len(intact) - 1))])
    _refused(path)


def test_other_files_are_refused(tmp_path: Path, intact: bytes) -> None:
    for content in (b"", b"PK", b"hello" * 100, _png(), intact + b"tail", b"\0" * 5000):
        path = tmp_path / "other.avatar"
        path.write_bytes(content)
        _refused(path, "build the avatar again")
    _refused(tmp_path / "absent.avatar", "cannot be read")
    _refused(tmp_path, "cannot be read")


def test_newer_versions_are_named_even_with_other_members(tmp_path: Path, intact: bytes) -> None:
    newer = _seal(_members(intact), version=7)
    _refused(_zip(tmp_path / "a.avatar", newer), "newer Triptych (version 7); update")
    newer["wrinkles.safetensors"] = b"?"
    _refused(_zip(tmp_path / "b.avatar", newer), "newer Triptych (version 7); update")


@pytest.mark.parametrize("version", [0, -1, True, 1.0, "1", None])
def test_impossible_versions_are_refused(tmp_path: Path, intact: bytes, version: Any) -> None:
    _refused(_zip(tmp_path / "v.avatar", _seal(_members(intact), version=version)), "version")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shoe_size": 44}, "shoe_size"),
        ({"camera": [1.0] * 24}, "camera"),
        ({"camera": [float("inf")] * 25}, "not JSON"),
        ({"box_warp": -1.0}, "box_warp"),
        ({"head": {"kind": "closed"}}, "head.kind"),
        ({"members": {}}, "checksums"),
        ({"licences": "CC0"}, "licences"),
    ],
)
def test_wrong_descriptions_are_refused(
    tmp_path: Path, intact: bytes, change: dict[str, Any], words: str
) -> None:
    _refused(_zip(tmp_path / "meta.avatar", _seal(_members(intact), **change)), words)


@pytest.mark.parametrize("text", [b"[" * 100_000, b"{", b"[]", b"\xff", b'{"version": NaN}'])
def test_descriptions_that_are_not_json_are_refused(
    tmp_path: Path, intact: bytes, text: bytes
) -> None:
    _refused(_zip(tmp_path / "j.avatar", {**_members(intact), "avatar.json": text}), "avatar.json")


def test_infinite_numbers_spelled_in_digits_are_refused(tmp_path: Path, intact: bytes) -> None:
    members = _members(intact)
    text = members["avatar.json"].replace(b"0.01", b"1e999")
    assert text != members["avatar.json"]
    _refused(_zip(tmp_path / "i.avatar", {**members, "avatar.json": text}), "details", "finite")


@pytest.mark.parametrize(
    "name", ["avatar.json", "planes.safetensors", "proxy.safetensors", "source.png"]
)
def test_missing_members_are_named(tmp_path: Path, intact: bytes, name: str) -> None:
    members = _members(intact)
    del members[name]
    _refused(_zip(tmp_path / "m.avatar", members), "lacks", name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/etc/passwd", "leads outside"),
        ("../../evil.sh", "leads outside"),
        ("..\\evil.bat", "leads outside"),
        ("C:/evil.bat", "leads outside"),
        ("notes.txt", "unexpected member"),
        ("folder/", "unexpected member"),
    ],
)
def test_foreign_members_are_refused(tmp_path: Path, intact: bytes, name: str, words: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    path = _zip(folder / "f.avatar", {**_members(intact), name: b"x"})
    _refused(path, words)
    assert list(tmp_path.rglob("*.*")) == [path]


def test_duplicates_links_and_encryption_are_refused(tmp_path: Path, intact: bytes) -> None:
    members = _members(intact)
    path = _zip(tmp_path / "twice.avatar", members)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("source.png", b"x")
    _refused(path, "twice")

    path = tmp_path / "link.avatar"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            kind = stat.S_IFLNK if name == "source.png" else stat.S_IFREG
            entry.external_attr = (kind | 0o777) << 16
            archive.writestr(entry, content)
    _refused(path, "link")

    content = bytearray(intact)
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.avatar").write_bytes(content)
    _refused(tmp_path / "locked.avatar", "encrypted")


def test_zip_bombs_are_refused(tmp_path: Path, intact: bytes) -> None:
    members = _members(intact)
    bomb = {**members, "planes.safetensors": bytes(40_000_000)}
    _refused(_zip(tmp_path / "bomb.avatar", bomb, zipfile.ZIP_DEFLATED), "beyond reason")
    wide = {**members, "avatar.json": b" " * 5_000_000}
    _refused(_zip(tmp_path / "wide.avatar", wide), "more than")

    # A member that unpacks to more than it declares.
    packed = _zip(tmp_path / "lie.avatar", members, zipfile.ZIP_DEFLATED).read_bytes()
    lie = bytearray(packed)
    entry = lie.index(b"PK\x01\x02")
    lie[entry + 24 : entry + 28] = struct.pack("<L", 20)
    (tmp_path / "lie.avatar").write_bytes(lie)
    _refused(tmp_path / "lie.avatar", "damaged")


def test_crowded_directories_are_refused_before_they_are_loaded(
    tmp_path: Path, intact: bytes
) -> None:
    crowd = {**_members(intact), **{f"n{i}": b"" for i in range(200)}}
    _refused(_zip(tmp_path / "crowd.avatar", crowd), "directory")
    moved = bytearray(intact)
    moved[-22 + 12 : -22 + 16] = struct.pack("<L", 10)
    (tmp_path / "moved.avatar").write_bytes(moved)
    _refused(tmp_path / "moved.avatar", "directory")


def _tensor(header: bytes) -> bytes:
    return struct.pack("<Q", len(header)) + header


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"1234",
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 500_000) + b" " * 500_000,
        _tensor(b"{" * 10_000),
        _tensor(b'{"coarse":{"dtype":"F16","shape":[3,32,4,4],"data_offsets":[0,99999999]}}'),
        _tensor(b'{"coarse":{"dtype":"F16","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'),
        _tensor(b'{"coarse":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}') + b"ab",
        _tensor(b'{"coarse":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}') + b"a",
    ],
)
def test_hostile_tensor_files_are_refused(tmp_path: Path, intact: bytes, content: bytes) -> None:
    members = _seal({**_members(intact), "planes.safetensors": content})
    _refused(_zip(tmp_path / "t.avatar", members), "damaged")


def _spoil(group: str, name: str, change: Callable[[np.ndarray], np.ndarray | None]) -> bytes:
    arrays = dict(getattr(_archive(), group))
    changed = change(arrays.pop(name))
    if changed is not None:
        arrays[name] = np.ascontiguousarray(changed)
    return safetensors.numpy.save(arrays)


def _with_value(value: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(array: np.ndarray) -> np.ndarray:
        changed = array.copy()
        changed.flat[-1] = value
        return changed

    return change


@pytest.mark.parametrize(
    ("group", "name", "change", "words"),
    [
        ("planes", "coarse", _with_value(np.nan), "not finite"),
        ("planes", "coarse", _with_value(-np.inf), "not finite"),
        ("proxy", "vertices", _with_value(np.nan), "not finite"),
        ("planes", "coarse", lambda a: a.astype(np.int16), "type int16"),
        ("planes", "coarse", lambda a: a.astype(np.float64), "float64"),
        ("planes", "coarse", lambda a: a[:, :, :2], "shape"),
        ("planes", "coarse", lambda a: a[0], "shape"),
        ("proxy", "weights", lambda a: a[:3], "shape"),
        ("proxy", "faces", lambda a: None, "missing"),
    ],
)
def test_wrong_arrays_are_refused(
    tmp_path: Path,
    intact: bytes,
    group: str,
    name: str,
    change: Callable[[np.ndarray], np.ndarray | None],
    words: str,
) -> None:
    members = _members(intact)
    members[f"{group}.safetensors"] = _spoil(group, name, change)
    _refused(_zip(tmp_path / "a.avatar", _seal(members)), words, name)


def test_unknown_arrays_are_refused(tmp_path: Path) -> None:
    archive = _archive()
    archive.proxy["malice"] = np.zeros(3, np.float32)
    write_archive(tmp_path / "u.avatar", archive)
    _refused(tmp_path / "u.avatar", "malice")
    assert "malice" in read_archive(tmp_path / "u.avatar").proxy


def test_huge_and_false_pictures_are_refused(tmp_path: Path, intact: bytes) -> None:
    members = _members(intact)
    picture = bytearray(members["source.png"])
    picture[16:24] = struct.pack(">2L", 60_000, 60_000)
    huge = _seal({**members, "source.png": bytes(picture)})
    _refused(_zip(tmp_path / "p.avatar", huge), "60000x60000")
    picture[16:24] = struct.pack(">2L", 16_000, 16_000)
    huge = _seal({**members, "source.png": bytes(picture)})
    _refused(_zip(tmp_path / "p.avatar", huge), "16000x16000")
    text = _seal({**members, "background.png": b"<svg>" * 20})
    _refused(_zip(tmp_path / "p.avatar", text), "background.png is not a PNG")


def test_what_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "anna.avatar"
    write_archive(path, _archive())
    before = path.read_bytes()
    spoilt = _archive()
    spoilt.planes["coarse"][0, 0, 0, 0] = np.nan
    wrong_meta = _archive()
    wrong_meta.meta["shoe_size"] = 44
    no_picture = _archive()
    no_picture.source_png = b""
    for archive in (spoilt, wrong_meta, no_picture):
        with pytest.raises(ValueError, match=r"finite|shoe_size|PNG"):
            write_archive(path, archive)
    assert path.read_bytes() == before


def test_an_interrupted_write_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "anna.avatar"
    write_archive(path, _archive())
    before = path.read_bytes()

    def interrupted(temporary: Path, members: Members) -> None:
        temporary.write_bytes(b"PK half")
        raise KeyboardInterrupt

    monkeypatch.setattr("models.avatar_file.write_members", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_archive(path, _archive())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_impossible_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere.*cannot be written"):
        write_archive(tmp_path / "nowhere" / "anna.avatar", _archive())
