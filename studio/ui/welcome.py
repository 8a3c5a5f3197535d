"""What happens right after the window is shown: recovery, the file to open, the first start."""

from __future__ import annotations

from pathlib import Path

from studio.session.recovery import Autosave, find_recoverable
from studio.ui.consent import Consent
from studio.ui.main_window import MainWindow
from studio.ui.recovery_prompt import RecoveryPrompt


def welcome(
    window: MainWindow, autosave: Autosave | None, target: Path | None, sample: bool
) -> None:
    """Show the consent notice once, offer what a crash left, open what was asked for."""

    def begin() -> None:
        if target is not None:
            window.documents.open(target)
        elif sample:
            window.commands.open_sample()

    def after_consent() -> None:
        left = find_recoverable() if autosave is not None else []
        if autosave is None or not left:
            begin()
            return
        prompt = RecoveryPrompt(window, left, autosave)
        prompt.declined.connect(begin)
        prompt.open()

    if window.desk.settings.consent_shown:
        after_consent()
        return
    notice = Consent(window, offers_sample=target is None and not sample)
    notice.sample_wanted.connect(window.commands.open_sample)
    notice.finished.connect(lambda _: window.desk.change_settings(consent_shown=True))
    notice.finished.connect(lambda _: after_consent())
    notice.open()
