"""What takes alone do to a channel: the ground on which keys are set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.pose import Pose
from studio.session.channels import read_channel
from studio.session.timeline import Timeline
from studio.session.view import View


def without_curve(
    timeline: Timeline, channel: str, moments: Iterable[float], pose: Pose, view: View
) -> NDArray[np.float64]:
    """The channel (N,) at moments, its own curve left out, laid over ``pose`` and ``view``."""
    # Other curves of the same joint count: head yaw is read after head pitch was set.
    curves = tuple(curve for curve in timeline.curves if curve.channel != channel)
    part = channel.partition(".")[0]
    below = replace(timeline, curves=tuple(c for c in curves if c.channel.startswith(part)))
    return np.array([read_channel(channel, *below.at(each, pose, view)) for each in moments])
