"""JSON files, written whole or not at all, and read without trust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from models.files import atomic_write, not_written


def write_json(path: Path, document: Any) -> None:
    """Write ``document``, making the folder when needed. Raises ``BadInput`` when it fails."""
    text = json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise not_written(path, error) from error


def read_json(path: Path, limit: int) -> Any:
    """Read a JSON file of at most ``limit`` bytes.

    Raises:
        OSError: when it cannot be read; ValueError: for anything but JSON with finite numbers.
    """
    with path.open("rb") as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"has more than {limit // 1_000_000} MB")
    try:
        return json.loads(content, parse_constant=_refuse, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def set_aside(path: Path) -> Path:
    """Rename a damaged file so that it is kept but read no more; returns its new path."""
    aside = path.with_name(f"{path.name}.damaged")
    path.replace(aside)
    return aside


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a finite number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name is given twice")
    return document
