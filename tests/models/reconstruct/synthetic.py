"""A made-up portrait: the average head with short hair and a shirt, in colours of its own."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from models.camera import Camera
from models.head.assemble import HeadMesh, Region
from models.head.gaze import eye_centre
from models.head.landmarks import IRIS_LEFT, IRIS_RIGHT
from models.head.open_head import load_open_head
from models.portrait.crop import Crop
from models.portrait.parse import CLASS_NAMES
from models.portrait.portrait import Portrait
from models.pose import Pose
from models.reconstruct.canvas import Canvas, make_canvas
from models.reconstruct.pixel_samples import solid_hits
from models.reconstruct.shell import Shell, build_shell
from models.reconstruct.surface import Surface, join
from models.render.zbuffer import Hits, rasterize
from tests.models.head.people import person

SIZE = 256
PHOTO = Pose.neutral().with_blendshapes({"jawOpen": 0.05})
CAMERA = Camera.orbit()
FloatArray = NDArray[np.float32]


def head() -> HeadMesh:
    return person(0)


@cache
def posed() -> FloatArray:
    """The head's vertices in the photo."""
    return head().rig.deform(PHOTO)


def disc(centre: tuple[float, float], radius: float, size: int = SIZE) -> FloatArray:
    """A soft-edged disc, (S, S)."""
    y, x = np.mgrid[0:size, 0:size] + 0.5
    return np.clip(0.5 + (radius - np.hypot(x - centre[0], y - centre[1])) / 2, 0, 1).astype(
        np.float32
    )


@cache
def _masks() -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Pixels of the bald head, of its bare skin (no scalp), and of the shirt."""
    where, depth = CAMERA.project(posed())
    skin = head().faces[head().part == 0]
    hits = rasterize(where * SIZE, depth, skin, SIZE, SIZE)
    on_head = hits.triangle >= 0
    region = head().skin_region[skin[:, 0]]
    height = posed()[skin].mean(1)[:, 1]
    bare = (height < 0.17) | (region == Region.EAR)
    shirt = disc((SIZE / 2, 1.32 * SIZE), 0.48 * SIZE) > 0.5
    return on_head, on_head & bare[hits.triangle] & ~shirt, shirt


@cache
def portrait() -> Portrait:
    """The photo; its colour is a gradient, so that each pixel can be told from the others."""
    on_head, skin, shirt = _masks()
    grown = cv2.dilate(on_head.astype(np.uint8), np.ones((13, 13), np.uint8))
    upper = np.arange(SIZE)[:, None] < 0.52 * SIZE
    solid = (on_head | ((grown > 0) & upper) | shirt).astype(np.float32)
    alpha = np.minimum(cv2.GaussianBlur(solid, (0, 0), 1.2), 1)[None]
    classes = np.zeros((len(CLASS_NAMES), SIZE, SIZE), np.float32)
    neck = skin & (np.arange(SIZE)[:, None] > 0.72 * SIZE)
    named = {
        "face_skin": skin & ~neck,
        "body_skin": neck,
        "clothes": shirt,
        "hair": (solid > 0) & ~skin & ~shirt,
        "background": solid == 0,
    }
    for name, mask in named.items():
        classes[CLASS_NAMES.index(name)] = mask
    rgb = gradient()
    places = np.zeros((478, 3), np.float32)
    shape = np.zeros(64, np.float32)
    data = load_open_head()
    places[:468] = data.landmark_map @ data.template[: data.control_count]
    circle = np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]]) * 0.37
    for side, rows in (("left", IRIS_LEFT), ("right", IRIS_RIGHT)):
        local = np.column_stack([circle, np.ones(5)]) * data.eye_radius
        places[list(rows)] = eye_centre(data, shape, side) + local
    landmarks = np.zeros((478, 3), np.float32)
    landmarks[:, :2] = CAMERA.project(places)[0] * SIZE
    valid = np.ones((1, SIZE, SIZE), np.float32)
    return Portrait(
        crop=Crop(rgb, valid, np.eye(2, 3), landmarks),
        alpha=alpha,
        foreground=rgb,
        classes=classes,
        background=np.zeros_like(rgb),
        landmarks=landmarks,
        blendshapes=PHOTO.blendshapes,
        face=None,  # type: ignore[arg-type]
        faces=1,
        yaw=0.0,
        pitch=0.0,
        roll=0.0,
        warnings=(),
        name="synthetic.png",
    )


def gradient(size: int = SIZE) -> FloatArray:
    """(3, S, S): red tells the column, green the row, blue is even."""
    y, x = (np.mgrid[0:size, 0:size] + 0.5) / size
    return np.stack([0.2 + 0.6 * x, 0.2 + 0.6 * y, np.full_like(x, 0.5)]).astype(np.float32)


@cache
def canvas() -> Canvas:
    return make_canvas(portrait(), CAMERA)


@cache
def shell() -> Shell:
    return build_shell(canvas(), head(), posed())


@cache
def surface() -> Surface:
    return join(head(), shell(), PHOTO, canvas())


@cache
def hits() -> Hits:
    return solid_hits(surface(), canvas())


def flat_canvas(alpha: FloatArray, camera: Camera = CAMERA, **classes: FloatArray) -> Canvas:
    """A canvas of one grey, with the given classes and no pad."""
    size = alpha.shape[0]
    planes = {name: np.zeros_like(alpha) for name in CLASS_NAMES} | classes
    return Canvas(alpha, np.full((3, size, size), 0.5, np.float32), planes, camera, 0)
