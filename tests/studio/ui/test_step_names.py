"""Labels of steps in the window's language."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTranslator

from models.pose import Pose
from studio.session.angles import Turn
from studio.session.posing import Posing
from studio.session.presets import keep_in_project, remove_from_project
from studio.session.session import Session
from studio.session.state import OpenAvatar
from studio.ui.step_names import step_name


class Backwards(QTranslator):
    """A language in which every text of steps stands in angle brackets."""

    def translate(self, context, text, disambiguation=None, n=-1):
        return f"<{text}>" if context == "Steps" else None


@pytest.fixture
def translated(qapp):
    language = Backwards()
    qapp.installTranslator(language)
    yield
    qapp.removeTranslator(language)


def labels() -> list[str]:
    """Every label that the session itself makes."""
    session = Session(clock=iter(range(0, 1000, 10)).__next__)
    posing = Posing(session)
    handle = type("Handle", (), {"source_pose": Pose.neutral().with_blendshapes({"jawOpen": 1})})
    session.open_avatar(OpenAvatar(handle, "anna"))
    posing.set_gaze(0.1, 0.1)
    posing.set_turn("head", Turn(yaw=9.0))
    posing.set_turn("neck", Turn(yaw=9.0))
    posing.set_jaw(0.1)
    posing.set_expression(3, 1.0)
    posing.set_shape(2, 1.0)
    posing.set("mouthSmileLeft", 0.5)
    posing.swap_sides("mouthSmileLeft")
    posing.mirror()
    posing.randomise(1)
    posing.reset_names("jawOpen")
    posing.reset_names("mouthSmileLeft", "mouthSmileRight")
    posing.apply_preset("smile", Pose.neutral().with_blendshapes({"jawOpen": 0.6}))
    posing.reset_to_source()
    posing.reset()
    posing.paste(Posing(session).copy().replace("0.0", "0.25", 1))
    keep_in_project(session, "mine", Pose.neutral())
    remove_from_project(session, "mine")
    return [step.label for step in session.history.steps]


def test_every_label_of_the_session_has_a_name_in_the_window(translated):
    mine = [label for label in labels() if label != "Smile left"]
    assert len(mine) > 15 and all(step_name(label).startswith("<") for label in mine)
    assert step_name("Mirror Smile left") == "<Mirror Smile left>"


def test_what_the_window_labelled_stays(qapp):
    assert step_name("Colour of the background") == "Colour of the background"
    assert [step_name(label) for label in labels()] == labels()
    assert step_name("") == ""
