"""What the protocols' reports share: the judging networks, summaries, and sentences for faults."""

from __future__ import annotations

import logging
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.errors import MissingAsset, TriptychError
from models.evaluate.identity import FaceEmbedder, load_embedder
from models.evaluate.lpips import load_lpips

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Summary:
    """Median and worst of one number over the ``count`` views that have it; ``missing`` do not."""

    median: float | None
    worst: float | None
    count: int
    missing: int


@dataclass(frozen=True)
class Judges:
    """The networks of the perceptual metrics; False or None where the asset is missing."""

    has_lpips: bool
    embedder: FaceEmbedder | None
    notes: tuple[str, ...] = ()


def load_judges() -> Judges:
    """Load what is installed; each missing asset leaves one note."""
    notes: list[str] = []
    has_lpips, embedder = True, None
    try:
        load_lpips("alex")
    except MissingAsset as error:
        has_lpips = False
        notes.append(f"LPIPS was not computed: {error}")
    try:
        embedder = load_embedder()
    except MissingAsset as error:
        notes.append(f"CSIM was not computed: {error}")
    return Judges(has_lpips, embedder, tuple(notes))


def summary(values: Sequence[float | None], high_is_good: bool) -> Summary:
    """Median and worst of the values that are there."""
    known = [value for value in values if value is not None]
    if not known:
        return Summary(None, None, 0, len(values))
    worst = min(known) if high_is_good else max(known)
    return Summary(statistics.median(known), worst, len(known), len(values) - len(known))


def reason(error: Exception) -> str:
    """One sentence about what went wrong."""
    if isinstance(error, TriptychError):
        return str(error)
    _LOG.debug("unexpected fault", exc_info=error)
    return f"{type(error).__name__}: {error}"


def finite(document: Any) -> Any:
    """Replace infinities (the PSNR of identical pictures) by None, which JSON can hold."""
    if isinstance(document, dict):
        return {str(key): finite(value) for key, value in document.items()}
    if isinstance(document, float) and not math.isfinite(document):
        return None
    return document
