"""The view-matrix protocol: every view as the input, every view as the novel one.

Triplane Fusion, section 4.2, with synthetic heads in the place of NeRSemble's people, who may not
be passed on. As there, N = 8 roughly evenly separated cameras stand in front of the head; the paper
names no angles: these lie 13 degrees apart in yaw, in two rows. One head with one expression is one
sequence of one frame. Pictures are 512 x 512 and compared as a whole; the avatar is laid over the
plain wall that the photo has. The photo shows more on each side, so that every crop for building
reaches beyond the compared picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.camera import Camera
from models.evaluate.identity import FaceEmbedder, cosine
from models.evaluate.lpips import lpips
from models.evaluate.measure import environment
from models.evaluate.metrics import Image, psnr, ssim
from models.evaluate.report import Judges, load_judges, reason
from models.evaluate.score_matrix import Scores, ViewScores, mean_matrix, view_scores
from models.evaluate.view_cameras import central_window, relative_view, whole_picture_camera
from models.evaluate.views import RenderableAvatar
from models.portrait.crop import crop_portrait
from models.portrait.detect import choose_face, detect_faces
from models.synth.head import make_head

Build = Callable[[NDArray[np.uint8]], RenderableAvatar]
"""Makes an avatar of a photo (H, W, 3)."""

SIZE = 512
PHOTO_SIZE = 864
PHOTO_FOV = 28.0
"""Vertical field of view of the photo, degrees."""
ANGLES = tuple((-45.5 + 13.0 * index, 8.0 if index % 2 else -8.0) for index in range(8))
"""Yaw and pitch of the cameras, degrees."""
METRICS = ("psnr", "ssim", "lpips", "csim", "psnr_inside")
WALL = np.array([0.62, 0.64, 0.66], np.float32)

_SHARE = SIZE / PHOTO_SIZE


@dataclass(frozen=True)
class Truth:
    """What one camera sees of a synthetic head.

    Attributes:
        camera: of the photo.
        photo: (864, 864, 3) uint8, what the avatar is built from.
        picture: (3, 512, 512), its centre, what avatars are compared with.
        matte: (1, 512, 512) the person in it.
    """

    camera: Camera
    photo: NDArray[np.uint8]
    picture: Image
    matte: Image


@dataclass(frozen=True)
class Failure:
    """An input view from which no avatar could be built or rendered, and why."""

    person: int
    input_view: int
    reason: str


@dataclass(frozen=True)
class PersonScores:
    """Score matrices (1, N, N) of one person by the name of the metric."""

    person: int
    scores: dict[str, Scores]


@dataclass
class MultiviewReport:
    """Everything one run found out; ``notes`` name metrics that could not be computed at all."""

    people: list[PersonScores] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, ViewScores]:
        """Synthesis Quality, NVS Quality, IVV and NVV of each metric."""
        if not self.people:
            return {}
        return {name: view_scores(self._all(name)) for name in METRICS}

    def matrix(self, name: str) -> Scores:
        """(N, N) mean over all people: row input view, column novel view."""
        return mean_matrix(self._all(name))

    def missing(self, name: str) -> int:
        """Pairs of views without this number although there is a render of them."""
        unknown, drawn = np.isnan(self._all(name)), np.isfinite(self._all("psnr"))
        return int((unknown & drawn).sum())

    def _all(self, name: str) -> list[Scores]:
        return [person.scores[name] for person in self.people]

    def to_json(self, **facts: Any) -> dict[str, Any]:
        """JSON-ready document; ``facts`` (device, samples per ray) are added to every row."""
        return {
            "protocol": "views",
            "environment": environment(),
            "cameras": [{"yaw": yaw, "pitch": pitch} for yaw, pitch in ANGLES],
            "resolution": SIZE,
            "people": [person.person for person in self.people],
            "summary": {name: asdict(scores) for name, scores in self.summary().items()},
            "rows": [row | facts for person in self.people for row in _rows(person)],
            "failures": [asdict(failure) for failure in self.failures],
            "notes": self.notes,
        }


def _rows(person: PersonScores) -> list[dict[str, Any]]:
    count = len(ANGLES)
    rows: list[dict[str, Any]] = []
    for i in range(count):
        for j in range(count):
            values = {name: float(scores[0, i, j]) for name, scores in person.scores.items()}
            known = {n: v if math.isfinite(v) else None for n, v in values.items()}
            rows.append({"person": person.person, "input_view": i, "novel_view": j} | known)
    return rows


def evaluate_people(
    people: Sequence[int],
    build: Build,
    *,
    on_view: Callable[[int, int], None] = lambda person, view: None,
    on_person: Callable[[PersonScores, list[Truth], list[list[Image] | None]], None] | None = None,
) -> MultiviewReport:
    """Run the protocol over the synthetic heads numbered ``people``.

    ``on_view`` is called before each input view, ``on_person`` with each person's scores, truths
    and renders by input view (None where the view failed), for sheets.
    """
    judges = load_judges()
    report = MultiviewReport(notes=list(judges.notes))
    for person in people:
        truths = make_truths(person)
        faces = _embeddings(judges.embedder, [truth.picture for truth in truths])
        scores = {name: np.full((1, len(truths), len(truths)), math.nan) for name in METRICS}
        renders: list[list[Image] | None] = []
        for i in range(len(truths)):
            on_view(person, i)
            try:
                drawn = render_views(truths, i, build)
            except Exception as error:  # one view's fault must leave the others their numbers
                report.failures.append(Failure(person, i, reason(error)))
                renders.append(None)
                continue
            renders.append(drawn)
            for j, (truth, render) in enumerate(zip(truths, drawn, strict=True)):
                for name, value in compare(render, truth, judges, faces[j]).items():
                    scores[name][0, i, j] = math.nan if value is None else value
        report.people.append(PersonScores(person, scores))
        if on_person is not None:
            on_person(report.people[-1], truths, renders)
    return report


def make_truths(person: int) -> list[Truth]:
    """The synthetic head ``person`` as all cameras see it."""
    head = make_head(person)
    return [photograph(head.picture, Camera.orbit(*angles, fov=PHOTO_FOV)) for angles in ANGLES]


def photograph(picture: Callable[[Camera, int], Image], camera: Camera) -> Truth:
    """The truth of one camera; ``picture`` draws (4, S, S) straight colour and opacity."""
    drawn = picture(camera, PHOTO_SIZE)
    start = (PHOTO_SIZE - SIZE) // 2
    inner = (slice(None), slice(start, start + SIZE), slice(start, start + SIZE))
    before_wall = over_wall(drawn)
    photo = (before_wall.transpose(1, 2, 0) * 255 + 0.5).astype(np.uint8)
    # What the photo's eight bits say is the truth: no avatar can know more.
    truth = np.ascontiguousarray(photo.transpose(2, 0, 1)[inner], np.float32) / np.float32(255)
    return Truth(camera, np.ascontiguousarray(photo), truth, drawn[3:][inner])


def over_wall(drawn: Image) -> Image:
    """(3, S, S): a picture with opacity (4, S, S) before the plain wall."""
    return np.asarray(drawn[:3] * drawn[3:] + WALL[:, None, None] * (1 - drawn[3:]), np.float32)


def render_views(truths: Sequence[Truth], source: int, build: Build) -> list[Image]:
    """Build from one view and render all: pictures (3, 512, 512) before the wall."""
    truth = truths[source]
    avatar = build(truth.photo)
    estimate = whole_picture_camera(
        avatar.source_camera, crop_matrix(truth.photo), avatar.source_crop.shape[-1], PHOTO_SIZE
    )
    pictures = []
    for other in truths:
        camera = central_window(relative_view(estimate, truth.camera, other.camera), _SHARE)
        drawn = avatar.render(avatar.source_pose, camera, SIZE, background=None)
        pictures.append(over_wall(drawn))
    return pictures


def crop_matrix(photo: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The map (2, 3) from the photo's pixels to the crop that an avatar is built from."""
    planes = np.ascontiguousarray(photo.transpose(2, 0, 1), np.float32) / np.float32(255)
    face = choose_face(detect_faces(planes), None, "the synthetic photo")
    return crop_portrait(planes, face).matrix


def compare(
    render: Image, truth: Truth, judges: Judges, face: NDArray[np.float32] | None
) -> dict[str, float | None]:
    """All metrics of one render; None where the asset or a face is missing.

    ``psnr_inside`` counts the pixels of the person in the truth alone.
    """
    own = judges.embedder.embed(render) if judges.embedder is not None else None
    return {
        "psnr": psnr(render, truth.picture),
        "ssim": ssim(render, truth.picture),
        "lpips": lpips(render, truth.picture) if judges.has_lpips else None,
        "csim": cosine(face, own),
        "psnr_inside": psnr(render, truth.picture, truth.matte),
    }


def _embeddings(
    embedder: FaceEmbedder | None, pictures: Sequence[Image]
) -> list[NDArray[np.float32] | None]:
    return [None if embedder is None else embedder.embed(picture) for picture in pictures]
