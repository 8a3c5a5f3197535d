"""GLSL sources, loaded by name."""
