from __future__ import annotations

from dataclasses import replace

import pytest

from models.pose import Pose
from studio.session.look import Look, ViewMode
from studio.session.posing import Posing
from studio.session.session import Session
from studio.session.state import State
from studio.session.step_detail import step_detail
from studio.session.timeline import Timeline
from studio.session.view import View

_REST = State()


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"pose": Pose.neutral().with_blendshapes({"jawOpen": 0.333})}, "0.33"),
        ({"pose": Pose.neutral().with_blendshapes({"jawOpen": 0.3, "cheekPuff": 0.9})}, ""),
        ({"pose": Pose.neutral().replace(head=(0.0, 0.3491, 0.0))}, "+20°"),
        ({"pose": Pose.neutral().replace(jaw=(0.1745, 0.0, 0.0))}, "+10°"),
        ({"pose": Pose.neutral().replace(gaze_left=(0.1745, -0.0873))}, "+10° -5°"),
        ({"view": View().orbited(18.2, -0.2)}, "+18° +0°"),
        ({"view": View().zoomed(1.5)}, "150 %"),
        ({"view": View("front")}, ""),
        ({"look": Look(fov=40.0)}, "40.0°"),
        ({"look": Look(resolution=1024)}, "1024 px"),
        ({"look": Look(samples=4)}, "4"),
        ({"look": Look(colour="#a0b0c0")}, "#A0B0C0"),
        ({"look": Look(mode=ViewMode.DEPTH)}, ""),
        ({"timeline": Timeline().with_keys(1.5, {"jawOpen": 0.8}).to_json()}, "0.80"),
        ({"timeline": Timeline().with_keys(1.5, {"jawOpen": 0.8, "jaw": 3.0}).to_json()}, ""),
        ({"timeline": {"curves": [{"keys": 5}]}}, ""),
        ({}, ""),
    ],
)
def test_the_value_that_a_step_set(change, shown):
    assert step_detail(_REST, replace(_REST, **change)) == shown


def test_linked_sides_show_one_value():
    session = Session()
    session.change("Link", behaviour=replace(session.state.behaviour, sides_linked=True))
    Posing(session).set("mouthSmileLeft", 0.5)
    before, after = (step.state for step in session.history.steps[-2:])
    assert step_detail(before, after) == "0.50"
