"""Projects: what is written comes back, what is damaged is refused in one sentence."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from models.errors import BadInput
from models.pose import Pose
from studio.session.look import BackgroundKind, Branch, Look, ViewMode
from studio.session.project import MissingAvatar, file_sha256, read_project, write_project
from studio.session.state import Behaviour, OpenAvatar, State
from studio.session.view import View

RICH = State(
    pose=Pose.neutral().with_blendshapes({"jawOpen": 0.3}).replace(head=(0.1, 0.2, 0.3)),
    view=View("front", 12.5, -3.25, 1.5, 0.1, -0.2),
    look=Look(
        ViewMode.NORMALS,
        BackgroundKind.COLOUR,
        "#102030",
        fov=30.0,
        samples=4,
        resolution=1024,
        branches=frozenset({Branch.CANONICAL}),
    ),
    behaviour=Behaviour(False, True, True, True),
    presets={"mine": Pose.neutral().with_blendshapes({"tongueOut": 1})},
    shape=(0.0, -1.5, 0.25),
    timeline={"takes": [{"name": "one", "frames": [0.5, None, True]}], "later": {"a": []}},
)


@pytest.fixture
def saved(avatar, tmp_path) -> OpenAvatar:
    """An avatar with a file in a folder below the project's."""
    path = tmp_path / "avatars" / "anna.avatar"
    path.parent.mkdir()
    avatar.handle.save(path)
    return replace(avatar, path=path, sha256=file_sha256(path))


def written(path) -> dict:
    return json.loads(path.read_text())


def test_everything_comes_back(tmp_path):
    path = tmp_path / "film.triptych"
    write_project(path, RICH)
    opened = read_project(path)
    assert opened.state == RICH and opened.path == path and opened.avatar_path is None


@pytest.mark.parametrize(
    "new",
    [{}, {"shape": (0.5,)}, {"driving": {"steadiness": 0.25}}],
    ids=["none", "shape", "driving"],
)
def test_projects_that_say_nothing_new_are_of_the_former_version(tmp_path, new):
    path = tmp_path / "film.triptych"
    state = replace(RICH, **{"shape": (), **new})
    write_project(path, state)
    document = written(path)
    assert document["version"] == (2 if new else 1)
    assert {"shape", "driving"} & document.keys() == new.keys()
    assert read_project(path).state == state


def test_a_second_writing_is_the_same(tmp_path):
    first, second = tmp_path / "a.triptych", tmp_path / "b.triptych"
    write_project(first, RICH)
    write_project(second, read_project(first).state)
    assert first.read_text() == second.read_text()


def test_the_folder_can_be_moved_as_a_whole(tmp_path, saved):
    path = tmp_path / "film.triptych"
    write_project(path, State(avatar=saved))
    assert written(path)["avatar"]["path"] == "avatars/anna.avatar"
    moved = tmp_path.with_name(tmp_path.name + "-moved")
    os.rename(tmp_path, moved)
    assert read_project(moved / path.name).avatar_path == moved / "avatars" / "anna.avatar"


def test_an_avatar_elsewhere_is_named_absolutely_and_found_beside_when_sent_along(tmp_path, saved):
    folder = tmp_path / "projects"
    folder.mkdir()
    path = folder / "film.triptych"
    write_project(path, State(avatar=saved))
    assert written(path)["avatar"]["path"] == str(saved.path)
    os.rename(saved.path, folder / "anna.avatar")
    assert read_project(path).avatar_path == folder / "anna.avatar"


def test_an_avatar_never_saved_is_written_beside(tmp_path, avatar):
    path = tmp_path / "film.triptych"
    done = write_project(path, State(avatar=avatar))
    assert done.avatar_path == tmp_path / "film.avatar" and done.avatar_path.is_file()
    assert done.sha256 == file_sha256(done.avatar_path)
    assert read_project(path).avatar_path == done.avatar_path


def test_nobodys_file_is_overwritten_by_the_avatar_beside(tmp_path, avatar):
    (tmp_path / "film.avatar").write_text("another person")
    done = write_project(tmp_path / "film.triptych", State(avatar=avatar))
    assert done.avatar_path == tmp_path / "film 2.avatar"
    assert (tmp_path / "film.avatar").read_text() == "another person"


def test_an_avatar_whose_file_vanished_is_written_anew(tmp_path, saved):
    assert saved.path is not None
    saved.path.unlink()
    done = write_project(tmp_path / "film.triptych", State(avatar=saved))
    assert done.avatar_path is not None and done.avatar_path.is_file()


def test_a_missing_avatar_can_be_replaced(tmp_path, saved):
    path = tmp_path / "film.triptych"
    write_project(path, replace(RICH, avatar=saved))
    assert saved.path is not None
    other = tmp_path / "other.avatar"
    saved.path.rename(other)
    with pytest.raises(MissingAvatar, match=r"anna\.avatar") as caught:
        read_project(path)
    assert caught.value.wanted == saved.path
    opened = read_project(path, other)
    assert opened.avatar_path == other and opened.state.pose == RICH.pose


def test_an_avatar_that_changed_is_shown_with_a_warning(tmp_path, saved):
    path = tmp_path / "film.triptych"
    write_project(path, State(avatar=saved))
    opened = read_project(path)
    assert opened.with_avatar(saved).warnings == ()
    (warning,) = opened.with_avatar(replace(saved, sha256="f" * 64)).warnings
    assert "has changed" in warning


def test_a_background_picture_moves_with_the_folder(tmp_path):
    look = Look(background=BackgroundKind.IMAGE, image=str(tmp_path / "sky.png"))
    path = tmp_path / "film.triptych"
    write_project(path, State(look=look))
    assert written(path)["look"]["image"] == "sky.png"
    assert read_project(path).state.look == look


def test_a_full_disk_keeps_the_old_project(tmp_path, monkeypatch):
    path = tmp_path / "film.triptych"
    write_project(path, RICH)
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("models.files.os.fsync", full)
    with pytest.raises(BadInput, match="is full"):
        write_project(path, State())
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


HOSTILE = {
    "version": 99,
    "avatar": {"path": "../../etc/passwd.avatar"},
    "view": {"zoom": 1e30},
    "look": {"mode": "x-ray"},
    "pose": {"blendshapes": {"jawOpen": 1e9}},
    "presets": {"a\nb": {}},
    "timeline": 5,
    "unknown": 1,
    "made_with": 7,
}


@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_parts_are_refused_in_one_sentence(tmp_path, part):
    path = tmp_path / "bad.triptych"
    write_project(path, RICH)
    path.write_text(json.dumps({**written(path), part: HOSTILE[part]}))
    with pytest.raises(BadInput, match=r"bad\.triptych") as caught:
        read_project(path)
    message = str(caught.value)
    assert "\n" not in message and len(message) < 400
    assert ("newer" in message) == (part == "version")


@pytest.mark.parametrize(
    "avatar",
    [
        {"path": "/etc/passwd"},
        {"path": "a\x00b.avatar"},
        {"path": ""},
        {"path": "a.avatar", "sha256": "zz"},
        {"path": "sub/../../a.avatar"},
        {"path": "a.avatar", "run": "rm"},
    ],
)
def test_hostile_references_are_refused(tmp_path, avatar):
    path = tmp_path / "bad.triptych"
    write_project(path, RICH)
    path.write_text(json.dumps({**written(path), "avatar": avatar}))
    with pytest.raises(BadInput, match="damaged"):
        read_project(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"null", b"[1]", b"{}", b"[" * 100_000, b'{"format": "triptych project"}',
     b'{"format": "triptych project", "version": 1, "version": 2}',
     b'{"format": "triptych project", "version": true}',
     b'{"format": "triptych project", "version": 1, "timeline": {"a": Infinity}}'],
)  # fmt: skip
def test_what_is_no_project_is_refused(tmp_path, content):
    path = tmp_path / "bad.triptych"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"bad\.triptych"):
        read_project(path)


def test_a_missing_project_is_one_sentence(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        read_project(tmp_path / "none.triptych")


@given(st.data())
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_damage_gives_a_project_or_one_sentence(tmp_path, data):
    path = tmp_path / "fuzzed.triptych"
    write_project(path, RICH)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.integers(1, len(content)))]))
    try:
        opened = read_project(path)
    except BadInput as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(opened.state, State)
