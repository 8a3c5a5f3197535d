"""View modes and branches: what is rendered, and what is said about what is not there."""

from __future__ import annotations

import pytest

from studio.engine.modes import RAW_SIZE, plan
from studio.session.look import ALL_BRANCHES, Branch, Look, ViewMode

NOTICED = {ViewMode.CANONICAL_EXPRESSION, ViewMode.COMPENSATION}


@pytest.mark.parametrize("mode", ViewMode)
def test_every_mode_has_a_plan_that_the_avatar_knows(mode):
    from models.avatar import MODES
    from models.avatar_fields import BRANCHES

    made = plan(Look(mode=mode))
    assert made.mode in MODES and made.branch in (*BRANCHES, None)
    assert (made.notice is not None) == (mode in NOTICED)


def test_modes_differ():
    plans = {mode: plan(Look(mode=mode)) for mode in ViewMode}
    assert len(set(plans.values())) == len(ViewMode)
    assert plans[ViewMode.RIG].bones and plans[ViewMode.RIG].mode == "mesh"
    assert plans[ViewMode.RAW].largest == RAW_SIZE
    assert plans[ViewMode.COMPENSATION].branch is None


@pytest.mark.parametrize(
    ("off", "branch"),
    [
        (set(), "all"),
        ({Branch.EXPRESSION, Branch.COMPENSATION}, "all"),
        ({Branch.APPEARANCE}, "canonical"),
        ({Branch.CANONICAL}, "appearance"),
        ({Branch.CANONICAL, Branch.APPEARANCE}, None),
    ],
)
def test_branches_that_are_off_are_left_out_of_the_sum(off, branch):
    made = plan(Look(branches=ALL_BRANCHES - off))
    assert made.branch == branch and (made.notice is None) == (branch is not None)
