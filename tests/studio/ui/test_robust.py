"""What goes wrong beside the window: it stays, and says what happened until that is seen."""

from __future__ import annotations

import errno

import pytest

from studio.ui.fault_box import FaultBox
from studio.ui.notice_bar import NoticeBar


@pytest.fixture
def notices(window) -> NoticeBar:
    return window.findChild(NoticeBar)


def test_a_full_gpu_is_told_until_it_is_seen(
    window, notices, avatar_file, wait, monkeypatch, fake_models
) -> None:
    monkeypatch.setattr("studio.engine.device.choose", lambda name: name)
    usual = fake_models.render

    def full(self, *arguments, device, **options):
        if device == "cuda":
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        return usual(self, *arguments, device=device, **options)

    monkeypatch.setattr(fake_models, "render", full)
    window.desk.engine.set_device("cuda")
    window.documents.open(avatar_file)
    wait(lambda: notices.isVisible())
    (sentence,) = notices.sentences
    assert "rendered on the processor" in sentence and "preferences" in sentence
    assert [e.sentence for e in window.book.entries if e.kind == "warning"] == [sentence]
    # The picture came nevertheless, and the session is whole.
    wait(lambda: not window.viewport.grab_picture().isNull())
    assert window.desk.session.avatar is not None and not window.isWindowModified()
    notices.close_button.click()
    assert not notices.isVisible() and notices.sentences == ()
    wait(lambda: not window.desk.engine.busy)


def test_several_warnings_stay_together(window, notices) -> None:
    for sentence in ("First.", "Second.", "First."):
        window.book.warn(sentence)
    assert notices.sentences == ("Second.", "First.")
    window.desk.notice.emit("Only a note.")
    assert len(notices.sentences) == 2 and window.statusBar().currentMessage() == "Only a note."


def _disk_full(monkeypatch) -> None:
    """Whatever is brought to the disk from now on does not fit."""

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("models.files.os.fsync", full)


@pytest.mark.parametrize("what", ["project", "avatar", "picture"])
def test_a_full_disk_loses_nothing(opened, tmp_path, monkeypatch, wait, what) -> None:
    session, banner = opened.desk.session, opened.findChild(FaultBox)
    opened.desk.posing.set("jawOpen", 0.5)
    wait(lambda: not opened.desk.engine.busy)
    before, folder = session.state, tmp_path / "usb"
    folder.mkdir()
    kept = folder / {"project": "a.triptych", "avatar": "a.avatar", "picture": "a.png"}[what]
    kept.write_bytes(b"older")
    _disk_full(monkeypatch)
    documents = opened.documents
    write = {
        "project": lambda path: documents._save_project(path, None),
        "avatar": documents._save_avatar,
        "picture": documents._export,
    }[what]
    write(kept)
    wait(lambda: banner.fault is not None)
    told = f"{banner.fault.sentence} {banner.fault.remedy}"
    assert kept.name in told and "is full" in told
    assert "free some space" in told.lower() and "another" in told
    assert banner.isVisible() and opened.book.entries[-1].kind == "fault"
    assert session.state == before and opened.isWindowModified() and session.project is None
    assert kept.read_bytes() == b"older" and list(folder.iterdir()) == [kept]


def test_a_project_on_a_full_disk_leaves_no_avatar_behind(
    opened, avatar_file, tmp_path, monkeypatch, wait
) -> None:
    """The avatar's file is gone and would be written anew; the project does not fit any more."""
    avatar_file.unlink()
    banner, folder = opened.findChild(FaultBox), tmp_path / "usb"
    folder.mkdir()
    monkeypatch.setattr("studio.session.project.file_sha256", lambda path: _disk_full(monkeypatch))
    opened.documents._save_project(folder / "a.triptych", None)
    wait(lambda: banner.fault is not None)
    assert "a.triptych" in banner.fault.sentence and list(folder.iterdir()) == []
