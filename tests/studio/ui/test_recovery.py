"""Killed and interrupted processes: what they leave, and how it comes back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QListWidget, QPushButton

from studio.session.recovery import find_recoverable
from studio.session.settings import Settings, save_settings
from studio.ui.recovery_prompt import RecoveryPrompt
from studio.ui.welcome import welcome


@pytest.fixture
def victim(avatar_file, state_folder) -> Iterator[subprocess.Popen[str]]:
    """A studio in another process with unsaved, but kept, work."""
    save_settings(Settings(consent_shown=True, device="cpu"))
    command = [sys.executable, "-m", "tests.studio.ui.victim", str(avatar_file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "kept":
            break
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def prompt_of(window) -> RecoveryPrompt:
    welcome(window, window._autosave, None, False)
    prompt = window.findChildren(RecoveryPrompt)[-1]
    assert prompt.isVisible()
    return prompt


def press(prompt: RecoveryPrompt, text: str) -> None:
    next(b for b in prompt.findChildren(QPushButton) if text in b.text()).click()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_work_of_a_killed_process_comes_back(victim, make_window, wait):
    assert find_recoverable() == []  # It lives.
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    window = make_window()
    prompt = prompt_of(window)
    assert "anna" in prompt.findChild(QListWidget).item(0).text()
    press(prompt, "Recover")
    session = window.desk.session
    wait(lambda: session.avatar is not None)
    assert session.state.pose.coefficient("jawOpen") == pytest.approx(0.9)
    assert window.isWindowModified() and find_recoverable() == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_ctrl_c_closes_and_keeps_unsaved_work(victim, make_window, avatar_file, wait):
    victim.send_signal(signal.SIGINT)
    assert victim.wait(30) == 0
    window = make_window()
    prompt = prompt_of(window)
    press(prompt, "Later")
    assert window.desk.session.avatar is None and len(find_recoverable()) == 1
    press(prompt_of(window), "Throw away")
    assert find_recoverable() == []
