"""GLSL sources, loaded by name."""

from __future__ import annotations

from importlib.resources import files


def source(name: str) -> str:
    """The text of a shader such as ``picture.frag``, without a ``#version`` line."""
    return (files(__package__) / name).read_text(encoding="utf-8")
