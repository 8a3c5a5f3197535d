"""What the channels of curves are called, how they are written, and their usual range."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from models.pose import ARKIT_INDEX
from studio.session.channels import CHANNELS
from studio.ui.controls.span import Span
from studio.ui.pose.labels import label

_CONTEXT = "Channels"
_PARTS = {
    "head": QT_TRANSLATE_NOOP("Channels", "Head"),
    "neck": QT_TRANSLATE_NOOP("Channels", "Neck"),
    "gaze_left": QT_TRANSLATE_NOOP("Channels", "Gaze left"),
    "gaze_right": QT_TRANSLATE_NOOP("Channels", "Gaze right"),
    "translation": QT_TRANSLATE_NOOP("Channels", "Place"),
    "camera": QT_TRANSLATE_NOOP("Channels", "Camera"),
}
_AXES = {
    "yaw": QT_TRANSLATE_NOOP("Channels", "yaw"),
    "pitch": QT_TRANSLATE_NOOP("Channels", "pitch"),
    "roll": QT_TRANSLATE_NOOP("Channels", "roll"),
    "zoom": QT_TRANSLATE_NOOP("Channels", "zoom"),
    "pan_x": QT_TRANSLATE_NOOP("Channels", "pan across"),
    "pan_y": QT_TRANSLATE_NOOP("Channels", "pan up"),
}
_JAW = QT_TRANSLATE_NOOP("Channels", "Jaw joint")
_DEGREES, _PLACE = 45.0, 0.3


@cache
def channel_names() -> Mapping[str, str]:
    """Every channel's name; face first, camera last."""
    return {channel: _name(channel) for channel in CHANNELS}


@cache
def channel_span(channel: str) -> Span:
    """What a bar of a channel reaches, and what can be typed."""
    least, most = CHANNELS[channel]
    part, _, axis = channel.partition(".")
    if channel in ARKIT_INDEX:
        return Span(0.0, 1.0, least, most)
    if axis == "zoom":
        return Span(least, most, rest=1.0, origin=1.0)
    if axis.startswith("pan") or part == "translation":
        reach = min(_PLACE, most)
        return Span(-reach, reach, least, most, step=0.01)
    reach = 180.0 if part == "camera" and axis == "yaw" else _DEGREES
    return Span(-reach, reach, least, most, step=0.5, decimals=1, suffix="°")


def _name(channel: str) -> str:
    part, _, axis = channel.partition(".")
    if channel in ARKIT_INDEX:
        return label(channel)
    if not axis:
        return QCoreApplication.translate(_CONTEXT, str(_JAW))
    about = QCoreApplication.translate(_CONTEXT, str(_AXES.get(axis, axis)))
    return f"{QCoreApplication.translate(_CONTEXT, str(_PARTS[part]))} {about}"
