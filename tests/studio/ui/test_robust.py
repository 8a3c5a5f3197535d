"""What goes wrong beside the window: it stays, and says what happened until that is seen."""

from __future__ import annotations

import pytest

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
