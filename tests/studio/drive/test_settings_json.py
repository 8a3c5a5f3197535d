"""What is set about driving, as JSON that nobody is trusted with."""

from __future__ import annotations

import json

import pytest

from models.errors import BadInput
from studio.drive.calibration import Calibration, Channel
from studio.drive.settings import DriveSettings
from studio.drive.settings_json import read_settings, settings_document

SETTINGS = DriveSettings(
    Calibration(relative=False, channels={"jawOpen": Channel(1.5, 0.1, (0.1, 0.8))}, yaw=-0.5),
    frozenset({"jaw", "head"}),
    0.7,
)


def test_what_is_written_is_read_back():
    document = json.loads(json.dumps(settings_document(SETTINGS)))
    assert read_settings(document) == SETTINGS
    assert document == settings_document(read_settings(document))


@pytest.mark.parametrize(
    "damage",
    [
        {"steadiness": 2},
        {"parts": ["jaw", "tail"]},
        {"calibration": {"yaw": 99}},
        {"calibration": {"channels": {"earWiggle": {}}}},
        {"calibration": {"channels": {"jawOpen": {"take": [0.5, 0.5]}}}},
    ],
)
def test_damage_is_one_sentence(damage):
    with pytest.raises(BadInput, match="^The settings of driving are damaged"):
        read_settings({**settings_document(SETTINGS), **damage})
