"""Names of views, view modes and backgrounds, translated."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from studio.session.look import BackgroundKind, ViewMode


def mode_texts() -> dict[ViewMode, tuple[str, str]]:
    """Name and explanation of each view mode, in the order of the menu."""
    return {
        ViewMode.FINAL: (_tr("Final"), _tr("The finished picture")),
        ViewMode.CANONICAL: (_tr("Canonical"), _tr("The canonical branch alone")),
        ViewMode.CANONICAL_EXPRESSION: (
            _tr("Canonical + expression"),
            _tr("The canonical branch with the expression branch"),
        ),
        ViewMode.APPEARANCE: (_tr("Appearance"), _tr("The appearance branch alone")),
        ViewMode.COMPENSATION: (_tr("Compensation"), _tr("The compensation branch alone")),
        ViewMode.DEPTH: (_tr("Depth"), _tr("Distance from the camera")),
        ViewMode.NORMALS: (_tr("Normals"), _tr("Which way the surface faces")),
        ViewMode.OPACITY: (_tr("Opacity"), _tr("How much each pixel covers")),
        ViewMode.RAW: (_tr("Raw resolution"), _tr("What upscaling starts from, pixel by pixel")),
        ViewMode.MESH: (_tr("Proxy mesh"), _tr("The mesh that carries the field")),
        ViewMode.RIG: (_tr("Rig"), _tr("The mesh with its bones")),
    }


def view_texts() -> dict[str, tuple[str, str]]:
    """Name and explanation of each of ``VIEW_PRESETS``."""
    return {
        "source": (_tr("Source view"), _tr("As the photo was taken")),
        "front": (_tr("Front"), _tr("Level, from straight ahead")),
        "three-quarter left": (_tr("Three-quarter left"), _tr("Shows the subject's left side")),
        "three-quarter right": (_tr("Three-quarter right"), _tr("Shows the subject's right side")),
        "profile left": (_tr("Profile left"), _tr("The subject's left side")),
        "profile right": (_tr("Profile right"), _tr("The subject's right side")),
    }


def background_texts() -> dict[BackgroundKind, str]:
    """Name of each kind of background."""
    return {
        BackgroundKind.PHOTO: _tr("Photo"),
        BackgroundKind.BLURRED: _tr("Blurred photo"),
        BackgroundKind.COLOUR: _tr("Colour"),
        BackgroundKind.IMAGE: _tr("Image"),
        BackgroundKind.TRANSPARENT: _tr("Transparent"),
    }


def _tr(text: str) -> str:
    return QCoreApplication.translate("Viewport", text)
