"""Names of the coefficients in the window."""

from __future__ import annotations

from models.pose import ARKIT_NAMES
from studio.session.regions import REGIONS
from studio.ui.pose.labels import label, lines, matches


def test_every_coefficient_stands_on_exactly_one_line():
    found = [name for region in REGIONS for line in lines(region) for name in line.names]
    assert sorted(found) == sorted(ARKIT_NAMES)


def test_labels_are_short_and_tell_all_apart():
    labels = [label(name) for name in ARKIT_NAMES]
    assert len(set(labels)) == 52
    assert max(map(len, labels)) <= 20
    assert label("mouthSmileLeft") == "Smile left"
    assert label("jawLeft") == "Jaw left"


def test_left_stands_before_right():
    for region in REGIONS:
        for line in lines(region):
            assert len(line.names) == 1 or line.names[0].endswith("Left")


def test_search_reads_labels_arkit_names_and_regions():
    assert matches("mouthSmileLeft", "smile left")
    assert matches("mouthSmileLeft", "mouthSmi")
    assert matches("noseSneerRight", "cheeks")
    assert not matches("mouthSmileLeft", "smile right")
