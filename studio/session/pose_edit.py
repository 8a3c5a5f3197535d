"""What a pose panel does to a pose; pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np

from models.errors import BadInput
from models.pose import ARKIT_NAMES, Pose
from studio.session.regions import REGIONS, other_side

_COPY_LIMIT = 100_000
"""Characters; a pose has a few thousand."""
_ACTIVE_SHARE = 0.3
_ASYMMETRY = 0.15


def with_coefficient(pose: Pose, name: str, value: float, *, linked: bool = False) -> Pose:
    """One coefficient set, with ``linked`` its other side too. Raises ``BadInput`` for a name."""
    values = {name: value}
    twin = other_side(name)
    if linked and twin is not None:
        values[twin] = value
    return pose.with_blendshapes(values)


def with_sides_swapped(pose: Pose, name: str) -> Pose:
    """The coefficient and its other side exchanged; unchanged when it has none."""
    twin = other_side(name)
    if twin is None:
        return pose
    return pose.with_blendshapes({name: pose.coefficient(twin), twin: pose.coefficient(name)})


def with_gaze(
    pose: Pose,
    left: tuple[float, float] | None = None,
    right: tuple[float, float] | None = None,
) -> Pose:
    """Yaw and pitch (radians) of the subject's left and right eye; None keeps an eye."""
    return pose.replace(
        gaze_left=pose.gaze_left if left is None else left,
        gaze_right=pose.gaze_right if right is None else right,
    )


def shows_expression(avatar: object) -> bool:
    """Whether pictures of a ``models.avatar.Avatar`` show FLAME's expression."""
    return getattr(avatar, "expression_mirror", None) is not None


def left_unmirrored(pose: Pose, avatar: object) -> str:
    """A sentence about what of ``pose`` cannot be mirrored on ``avatar``, else empty."""
    if shows_expression(avatar) or pose.expression is None or not pose.expression.any():
        return ""
    return "FLAME's expression was left as it is: this avatar has no components to mirror it by."


def without(pose: Pose, names: Iterable[str]) -> Pose:
    """The named coefficients at zero."""
    return pose.with_blendshapes(dict.fromkeys(names, 0.0))


def randomised(pose: Pose, seed: int, strength: float = 1.0) -> Pose:
    """A random face; head, neck and place stay.

    About a third of the coefficients act, the stronger the rarer; both sides nearly agree, and
    lids and jaw are held back so that most results are faces rather than accidents.
    """
    rng = np.random.default_rng(seed)
    values: dict[str, float] = {}
    for name in ARKIT_NAMES:
        twin = other_side(name)
        if twin in values:
            drift = 1.0 + _ASYMMETRY * float(rng.standard_normal())
            values[name] = min(max(values[twin] * drift, 0.0), 1.0)
            continue
        acts = float(rng.random()) < _ACTIVE_SHARE
        values[name] = acts * strength * _RESTRAINT.get(name, 0.7) * float(rng.random())
    gaze = rng.normal(0.0, 0.12 * strength, 2)
    return pose.with_blendshapes(values).replace(gaze_left=gaze, gaze_right=gaze)


_RESTRAINT = {
    **dict.fromkeys(REGIONS["eye look"], 0.0),
    "eyeBlinkLeft": 0.3,
    "eyeBlinkRight": 0.3,
    "jawOpen": 0.4,
    "jawForward": 0.3,
    "tongueOut": 0.0,
    "mouthClose": 0.0,
}


def with_preset(pose: Pose, preset: Pose, strength: float = 1.0) -> Pose:
    """The preset's face at ``strength`` (0 is a neutral face) on this pose's head and place.

    Gaze, head, neck and translation are taken from the preset where it moves them at all.
    """
    face = Pose.neutral().lerp(preset, strength)
    kept = {
        name: getattr(pose, name)
        for name in ("neck", "head", "translation", "gaze_left", "gaze_right")
        if not getattr(preset, name).any()
    }
    return face.replace(expression=pose.expression, **kept)


def copied(pose: Pose) -> str:
    """The pose as JSON text for the clipboard."""
    return json.dumps(pose.to_json(), indent=1)


def pasted(text: str) -> Pose:
    """The pose in a clipboard's text. Raises ``BadInput`` in one sentence."""
    if len(text) > _COPY_LIMIT:
        raise BadInput("The clipboard holds too much text for a pose; copy a pose first.")
    if not text.lstrip().startswith("{"):
        raise BadInput("The clipboard holds no pose, picture or file; copy one first.")
    try:
        return Pose.from_json(text)
    except BadInput as error:
        reason = str(error).rstrip(".")
        raise BadInput(f"The clipboard holds no pose ({reason}); copy the pose again.") from None
