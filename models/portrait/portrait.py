"""The whole room in one call: a photo in, everything the reconstruction needs out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.portrait.background import inpaint_background
from models.portrait.crop import CROP_SIZE, Crop, crop_portrait
from models.portrait.detect import Face, choose_face, detect_faces
from models.portrait.matte import matte
from models.portrait.parse import parse, segment
from models.portrait.read import Picture, picture_from_array, read_image
from models.portrait.resample import apply, warp
from models.portrait.unmix import unmix_foreground


@dataclass(frozen=True)
class Portrait:
    """One person, cut out and understood; pictures are S x S, float32, 0..1.

    crop: the photo's square and its affine; alpha (1, S, S); foreground (3, S, S): the person's
    colours without the scene's; classes (6, S, S): see `models.portrait.parse.CLASS_NAMES`;
    background (3, S, S): the scene without the person; landmarks (478, 3) in crop pixels;
    blendshapes (52,); yaw, pitch, roll of the head in degrees (roll before levelling), see
    `Face.angles`; warnings: one sentence each.
    """

    crop: Crop
    alpha: NDArray[np.float32]
    foreground: NDArray[np.float32]
    classes: NDArray[np.float32]
    background: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    face: Face
    faces: int
    yaw: float
    pitch: float
    roll: float
    warnings: tuple[str, ...]
    name: str


def prepare(
    photo: str | Path | Picture | NDArray[np.generic],
    face_index: int | None = None,
    size: int = CROP_SIZE,
    found: Callable[[], object] = lambda: None,
) -> Portrait:
    """Read, find, cut out and take apart the person of `photo`.

    `photo` is a file, a Picture, or an RGB array (H, W, 3); `face_index` counts from 0, largest
    first, None takes the largest; `found` is called about half way, when the face is known.
    Raises BadInput (unusable photo, no such face) and MissingAsset.
    """
    picture = _picture(photo)
    seen = picture.over()
    faces = detect_faces(seen)
    face = choose_face(faces, face_index, picture.name)
    found()
    crop = crop_portrait(seen, face, size)
    raw = segment(crop)
    others = [apply(crop.matrix, other.landmarks) for other in faces if other is not face]
    alpha = matte(crop, raw, others) * _photo_alpha(picture, crop)
    foreground = unmix_foreground(crop.rgb, alpha, crop.valid)
    background = inpaint_background(crop.rgb, alpha, crop.valid)
    yaw, pitch, roll = face.angles
    return Portrait(
        crop=_completed(crop, foreground, background, alpha),
        alpha=alpha,
        foreground=foreground,
        classes=parse(crop, raw),
        background=background,
        landmarks=crop.landmarks,
        blendshapes=face.blendshapes,
        face=face,
        faces=len(faces),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        warnings=_warnings(picture.name, face, len(faces), face_index),
        name=picture.name,
    )


def _picture(photo: str | Path | Picture | NDArray[np.generic]) -> Picture:
    if isinstance(photo, Picture):
        return photo
    if isinstance(photo, np.ndarray):
        return picture_from_array(photo)
    return read_image(photo)


def _completed(
    crop: Crop,
    foreground: NDArray[np.float32],
    background: NDArray[np.float32],
    alpha: NDArray[np.float32],
) -> Crop:
    """The crop with the two layers' composite where the photo has no pixels."""
    layered = foreground * alpha + background * (1.0 - alpha)
    inside = cv2.GaussianBlur(crop.valid[0], (0, 0), 1.0)[None] * crop.valid
    return replace(crop, rgb=(layered + (crop.rgb - layered) * inside).astype(np.float32))


def _photo_alpha(picture: Picture, crop: Crop) -> NDArray[np.float32]:
    """The photo's own transparency in the crop, (1, S, S); 1 where it has none."""
    if picture.alpha is None:
        return np.ones_like(crop.valid)
    cut = warp(np.ascontiguousarray(picture.alpha[0]), crop.matrix, crop.size)
    return np.asarray(np.clip(cut, 0.0, 1.0), np.float32)[None]


def _warnings(name: str, face: Face, count: int, index: int | None) -> tuple[str, ...]:
    notes = []
    if face.is_profile:
        notes.append(f"{name} is a profile view: the far side will be a guess")
    if face.size < 96:
        notes.append(
            f"the face in {name} is only {face.size:.0f} pixels wide: the avatar will be blurred"
        )
    if count > 1 and index is None:
        notes.append(f"{name} shows {count} faces: the largest was taken, --face chooses another")
    return tuple(notes)
