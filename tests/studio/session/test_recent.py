"""Recent files: newest first, bounded, never in the way."""

from __future__ import annotations

import pytest

from models.errors import BadInput
from studio.session.recent import RecentFiles

PNG = b"\x89PNG a picture"


@pytest.fixture
def recent(tmp_path) -> RecentFiles:
    return RecentFiles(tmp_path / "state", limit=3)


def names(recent: RecentFiles) -> list[str]:
    return [file.path.name for file in recent.files]


def test_the_newest_comes_first_and_once(recent, tmp_path):
    for name in ("a.avatar", "b.triptych", "a.avatar"):
        recent.add(tmp_path / name, "avatar" if name.endswith("avatar") else "project")
    assert names(recent) == ["a.avatar", "b.triptych"]
    assert [file.kind for file in recent.files] == ["avatar", "project"]


def test_the_list_is_bounded_and_thumbnails_go_with_their_files(recent, tmp_path):
    for i in range(5):
        recent.add(tmp_path / f"{i}.avatar", "avatar", PNG + bytes([i]))
    assert names(recent) == ["4.avatar", "3.avatar", "2.avatar"]
    assert [file.thumbnail.read_bytes()[-1] for file in recent.files if file.thumbnail] == [4, 3, 2]
    assert len(list((tmp_path / "state" / "thumbnails").iterdir())) == 3


def test_a_thumbnail_is_kept_when_none_is_given(recent, tmp_path):
    recent.add(tmp_path / "a.avatar", "avatar", PNG)
    recent.add(tmp_path / "a.avatar", "avatar")
    assert recent.files[0].thumbnail is not None


def test_it_knows_which_files_are_still_there(recent, tmp_path):
    (tmp_path / "a.avatar").write_text("")
    recent.add(tmp_path / "a.avatar", "avatar")
    recent.add(tmp_path / "gone.avatar", "avatar")
    assert [file.exists for file in recent.files] == [False, True]


def test_removing_and_clearing(recent, tmp_path):
    for name in "ab":
        recent.add(tmp_path / f"{name}.avatar", "avatar", PNG)
    recent.remove(tmp_path / "b.avatar")
    assert names(recent) == ["a.avatar"]
    recent.clear()
    assert recent.files == [] and list((tmp_path / "state" / "thumbnails").iterdir()) == []


@pytest.mark.parametrize("text", ["{", "[]", '{"files": [{"path": 3}]}', '{"files": 5}'])
def test_a_damaged_list_begins_anew(recent, tmp_path, text):
    recent.add(tmp_path / "a.avatar", "avatar")
    (tmp_path / "state" / "recent.json").write_text(text)
    assert recent.files == []
    recent.add(tmp_path / "b.avatar", "avatar")
    assert names(recent) == ["b.avatar"]


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        RecentFiles(tmp_path / "file").add(tmp_path / "a.avatar", "avatar")
