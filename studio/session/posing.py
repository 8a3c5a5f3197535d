"""The pose panel's edits as steps of the session."""

from __future__ import annotations

from dataclasses import replace

from models.pose import Pose
from studio.session import pose_edit
from studio.session.angles import Turn, axis_angle_of, turn_of
from studio.session.names import plain_name
from studio.session.session import Session
from studio.session.state import plain_shape


class Posing:
    """Edits the session's pose. Labels are plain English; a window may give its own.

    All methods raise ``BadInput`` for what cannot be done, and make no step then.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def pose(self) -> Pose:
        """The pose being edited."""
        return self._session.state.pose

    def set(self, name: str, value: float, label: str | None = None) -> None:
        """Set a coefficient, with linked sides the other side too."""
        linked = self._session.state.behaviour.sides_linked
        pose = pose_edit.with_coefficient(self.pose, name, value, linked=linked)
        self._change(label or plain_name(name), pose, f"coefficient:{name}")

    def set_gaze(self, yaw: float, pitch: float, eye: str = "both") -> None:
        """Turn ``both`` eyes, the subject's ``left`` or ``right`` one (radians).

        Linked eyes both follow whichever is turned; the pad takes over from look-at-camera.
        """
        if self._session.state.behaviour.eyes_linked:
            eye = "both"
        look = (yaw, pitch)
        pose = pose_edit.with_gaze(
            self.pose,
            look if eye in ("both", "left") else None,
            look if eye in ("both", "right") else None,
        )
        behaviour = replace(self._session.state.behaviour, look_at_camera=False)
        self._session.change("Gaze", merge=f"gaze:{eye}", pose=pose, behaviour=behaviour)

    def set_turn(self, joint: str, turn: Turn) -> None:
        """Turn ``head`` or ``neck`` to the dials' angles, degrees."""
        pose = self.pose.replace(**{joint: axis_angle_of(turn)})
        self._change(f"Turn {joint}", pose, f"turn:{joint}")

    def turn(self, joint: str) -> Turn:
        """The dials' angles of ``head`` or ``neck``, degrees."""
        return turn_of(getattr(self.pose, joint))

    def set_jaw(self, radians: float) -> None:
        """Open the jaw joint by an angle about the x axis."""
        self._change("Jaw", self.pose.replace(jaw=(radians, *self.pose.jaw[1:])), "jaw")

    def set_expression(self, index: int, value: float) -> None:
        """Set a FLAME expression coefficient (0..99) of a pose that has them or none yet."""
        had = self.pose.expression
        expression = [0.0] * 100 if had is None else had.copy()
        expression[index] = value
        pose = self.pose.replace(expression=expression)
        self._change(f"Expression {index + 1}", pose, f"expression:{index}")

    def set_shape(self, index: int, change: float) -> None:
        """Change the person: a FLAME shape component away from what the build found."""
        shape = list(self._session.state.shape)
        shape += [0.0] * (index + 1 - len(shape))
        shape[index] = change
        label = f"Shape {index + 1}"
        self._session.change(label, merge=f"shape:{index}", shape=plain_shape(shape))

    def swap_sides(self, name: str) -> None:
        """Exchange a coefficient with its other side."""
        self._change(f"Mirror {plain_name(name)}", pose_edit.with_sides_swapped(self.pose, name))

    def mirror(self) -> str:
        """Exchange left and right of the whole pose.

        Returns a sentence about what had to stay as it is, usually empty.
        """
        avatar = self._session.avatar
        handle = None if avatar is None else avatar.handle
        left = pose_edit.left_unmirrored(self.pose, handle)
        mirror = getattr(handle, "expression_mirror", None)
        self._change("Mirror pose", self.pose.mirrored(mirror))
        return left

    def randomise(self, seed: int, strength: float = 1.0) -> None:
        """A random face; the same seed gives the same one."""
        self._change("Random pose", pose_edit.randomised(self.pose, seed, strength))

    def apply_preset(self, name: str, preset: Pose, strength: float = 1.0) -> None:
        """A preset's face; changing the strength of the same preset quickly is one step."""
        pose = pose_edit.with_preset(self.pose, preset, strength)
        self._change(f"Preset {name}", pose, f"preset:{name}")

    def reset(self) -> None:
        """Everything at rest."""
        self._change("Reset pose", Pose.neutral())

    def reset_to_source(self) -> None:
        """What the face did in the photo."""
        avatar = self._session.avatar
        if avatar is not None:
            self._change("Pose of the photo", avatar.handle.source_pose)

    def reset_names(self, *names: str) -> None:
        """Some coefficients at zero: one, or a region's."""
        label = f"Reset {plain_name(names[0])}" if len(names) == 1 else "Reset region"
        self._change(label, pose_edit.without(self.pose, names))

    def copy(self) -> str:
        """The pose as JSON text."""
        return pose_edit.copied(self.pose)

    def paste(self, text: str) -> None:
        """The pose in JSON text."""
        self._change("Paste pose", pose_edit.pasted(text))

    def _change(self, label: str, pose: Pose, merge: str | None = None) -> None:
        self._session.change(label, merge=merge, pose=pose)
