"""What a frame is rendered from: values only, so that nothing can change under the worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from models.pose import Pose
from studio.engine.pacer import Quality
from studio.session.look import Look
from studio.session.state import State
from studio.session.view import View


@dataclass(frozen=True, eq=False)
class FrameRequest:
    """One frame.

    Attributes:
        avatar: a ``models.avatar.Avatar``.
        pose, view, look: see there.
        quality: size, samples, and whether this is the picture at rest.
        look_at_camera: whether the eyes turn to the camera.
        shape: change of the person, as ``Avatar.reshaped`` takes it.
        blink: how far the lids are closed on top of the pose, 0..1.
    """

    avatar: Any = field(repr=False)
    pose: Pose = field(default_factory=Pose.neutral)
    view: View = field(default_factory=View)
    look: Look = field(default_factory=Look)
    quality: Quality = field(default_factory=Quality)
    look_at_camera: bool = False
    blink: float = 0.0
    shape: tuple[float, ...] = ()

    @classmethod
    def of(cls, state: State, quality: Quality, *, blink: float = 0.0) -> FrameRequest:
        """The session's state as a request. Raises ``ValueError`` while no avatar is open."""
        if state.avatar is None:
            raise ValueError("no avatar is open")
        return cls(
            state.avatar.handle,
            state.pose,
            state.view,
            state.look,
            quality,
            state.behaviour.look_at_camera,
            blink,
            state.shape,
        )
