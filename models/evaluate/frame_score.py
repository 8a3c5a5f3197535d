"""How like the true frame a driven frame is: pictures, identity, expression, pose, landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np

from models.evaluate.identity import Embedding, cosine
from models.evaluate.lpips import lpips
from models.evaluate.metrics import Image, Mask, l1, psnr, ssim
from models.evaluate.motion import (
    aed,
    akd_normalised,
    akd_pixels,
    apd_axis_angle,
    apd_degrees,
    gaze_error_degrees,
)
from models.evaluate.reading import FaceReading
from models.evaluate.report import Judges
from models.portrait.parse import FACE_SKIN, HAIR, OTHER
from models.portrait.resample import to_bytes
from models.portrait.tasks import segment_classes

_NETWORK_SIDE = 256
_SHUT_BLINK = 0.5
"""Eyes more closed than this, by the landmarker's coefficient, have no gaze to compare."""


@dataclass(frozen=True)
class FrameScore:
    """The numbers of one driven frame; None where the metric has nothing to compare.

    ``psnr``, ``ssim``, ``l1`` and ``lpips`` count inside the true head (hair, face, what is worn
    on it); the ones with ``whole_`` over the whole crop, where shoulders and background do not
    follow. ``csim`` compares with the true frame, ``csim_source`` with the source picture.
    """

    psnr: float | None = None
    ssim: float | None = None
    l1: float | None = None
    lpips: float | None = None
    whole_psnr: float | None = None
    whole_ssim: float | None = None
    whole_l1: float | None = None
    whole_lpips: float | None = None
    csim: float | None = None
    csim_source: float | None = None
    aed: float | None = None
    apd_degrees: float | None = None
    apd_axis_angle: float | None = None
    akd_pixels: float | None = None
    akd_normalised: float | None = None
    gaze_degrees: float | None = None


NAMES = tuple(item.name for item in fields(FrameScore))


def mean_score(scores: Sequence[FrameScore]) -> FrameScore:
    """The mean of every number over the frames that have it, as the papers' tables do."""
    means = {}
    for name in NAMES:
        known = [value for score in scores if (value := getattr(score, name)) is not None]
        means[name] = float(np.mean(known)) if known else None
    return FrameScore(**means)


def picture_scores(render: Image, truth: Image, head: Mask, judges: Judges) -> dict[str, float]:
    """Picture metrics of two crops (3,H,W), inside ``head`` (1,H,W) and over the whole."""
    scores = {}
    for prefix, mask in (("", head), ("whole_", None)):
        scores[prefix + "psnr"] = psnr(render, truth, mask)
        scores[prefix + "ssim"] = ssim(render, truth, mask)
        scores[prefix + "l1"] = l1(render, truth, mask)
        if judges.has_lpips:
            scores[prefix + "lpips"] = lpips(render, truth, mask)
    return scores


def identity_scores(
    render: Image, truth: Image | None, source: Embedding | None, judges: Judges
) -> dict[str, float | None]:
    """CSIM of a render with the true frame, where there is one, and with the source."""
    if judges.embedder is None:
        return {}
    seen = judges.embedder.embed(render)
    scores = {"csim_source": cosine(source, seen)}
    if truth is not None:
        scores["csim"] = cosine(judges.embedder.embed(truth), seen)
    return scores


def motion_scores(
    render: FaceReading, truth: FaceReading, *, same_person: bool
) -> dict[str, float]:
    """Expression, pose and gaze of two readings; landmarks where both show one person."""
    scores = {
        "aed": aed(render.blendshapes, truth.blendshapes),
        "apd_degrees": apd_degrees(render.rotation, truth.rotation),
        "apd_axis_angle": apd_axis_angle(render.rotation, truth.rotation),
    }
    if same_person:
        scores["akd_pixels"] = akd_pixels(render.landmarks, truth.landmarks)
        scores["akd_normalised"] = akd_normalised(truth.landmarks, render.landmarks)
    looking = truth.blinks < _SHUT_BLINK
    if looking.any():
        scores["gaze_degrees"] = gaze_error_degrees(render.gaze[looking], truth.gaze[looking])
    return scores


def head_mask(crop: Image, valid: Mask) -> Mask:
    """Probability (1,S,S) that a pixel of the crop shows hair, face, or what is worn on them."""
    side = crop.shape[-1]
    small = cv2.resize(to_bytes(crop), (_NETWORK_SIDE, _NETWORK_SIDE), interpolation=cv2.INTER_AREA)
    classes = segment_classes(np.asarray(small, np.uint8))
    head = classes[HAIR] + classes[FACE_SKIN] + classes[OTHER]
    large = cv2.resize(head, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(large, 0.0, 1.0)[None] * valid, np.float32)
