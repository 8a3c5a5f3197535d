"""Named colours of the two themes, as ``#RRGGBB``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """Colours by what they are for.

    Attributes:
        dark: whether this is the dark theme.
        window, panel, field, raised, sunken: surfaces: the window, docks on it, inputs and lists,
            buttons, and the ground around the picture.
        hover, line, strong_line: a raised surface under the mouse, hairlines, outlines of inputs.
        text, dim, faint: writing: plain, secondary, disabled or placeholder.
        accent, on_accent, accent_text: fills, writing on them, and links.
        danger, warning, good: for faults, warnings and success.
        left, right, middle: for the subject's left and right side and what has none.
        axis_x, axis_y, axis_z: of the canonical space.
    """

    dark: bool
    window: str
    panel: str
    field: str
    raised: str
    sunken: str
    hover: str
    line: str
    strong_line: str
    text: str
    dim: str
    faint: str
    accent: str
    on_accent: str
    accent_text: str
    danger: str
    warning: str
    good: str
    left: str
    right: str
    middle: str
    axis_x: str
    axis_y: str
    axis_z: str


DARK = Tokens(
    dark=True,
    window="#1d1e21",
    panel="#232427",
    field="#191a1c",
    raised="#303236",
    sunken="#131416",
    hover="#3a3d42",
    line="#34363b",
    strong_line="#44474d",
    text="#dcdee2",
    dim="#9a9ea6",
    faint="#6c7078",
    accent="#4f7fd6",
    on_accent="#ffffff",
    accent_text="#86acf0",
    danger="#e0685f",
    warning="#d9a441",
    good="#6cb27a",
    left="#5fa8d3",
    right="#d98a5f",
    middle="#9d8fd6",
    axis_x="#d9605a",
    axis_y="#75b06a",
    axis_z="#5a8fd9",
)

LIGHT = Tokens(
    dark=False,
    window="#eceded",
    panel="#f6f6f7",
    field="#ffffff",
    raised="#ffffff",
    sunken="#d9dadc",
    hover="#e7e9ec",
    line="#d3d5d9",
    strong_line="#bcbfc5",
    text="#202226",
    dim="#5d626b",
    faint="#9a9fa8",
    accent="#3468c8",
    on_accent="#ffffff",
    accent_text="#2457b3",
    danger="#bb3a33",
    warning="#96690f",
    good="#2f7d43",
    left="#1f7fb0",
    right="#b4602f",
    middle="#6a58b0",
    axis_x="#b8352f",
    axis_y="#3d7f33",
    axis_z="#2f63b8",
)
