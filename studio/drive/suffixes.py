"""Files that move an avatar, by the ends of their names."""

from __future__ import annotations

MOTION_READERS = {
    ".csv": "studio.drive.csv",
    ".npz": "studio.drive.flame_npz",
    ".jsonl": "studio.drive.json_lines",
}
"""Modules that read and write them."""
MOTION_SUFFIXES = tuple(MOTION_READERS)
VIDEO_SUFFIXES = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi")
"""Those that are looked for; a video of another name is read as well."""
