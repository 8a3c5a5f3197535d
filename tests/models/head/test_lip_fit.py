from __future__ import annotations

import numpy as np

from models.animate.proxy import Part
from models.camera import Camera
from models.head.assemble import HeadMesh, assemble_head, skin_landmarks
from models.head.lip_fit import lips_onto_photo
from models.head.open_head import load_open_head
from models.head.teeth_colour import INNER_LIPS
from models.pose import Pose
from models.render.zbuffer import rasterize
from tests.models.head.people import identity

SIZE = 512
CAMERA = Camera.orbit()
OPEN = Pose.neutral().with_blendshapes({"jawOpen": 0.5})


def _opening(mesh: HeadMesh, column: int) -> tuple[int, int]:
    """First and last row in which a column shows the inside of the mouth."""
    where, depth = CAMERA.project(mesh.rig.deform(OPEN))
    seen = rasterize(where * SIZE, depth, mesh.faces, SIZE, SIZE).triangle[:, column]
    rows = np.nonzero((seen >= 0) & (mesh.part[np.maximum(seen, 0)] == Part.MOUTH))[0]
    return int(rows[0]), int(rows[-1])


def test_the_opening_follows_the_photo() -> None:
    head = load_open_head()
    mesh = assemble_head(head, identity(0))
    marks = skin_landmarks(head, mesh.rig.deform(OPEN)[: mesh.skin_count])
    line = CAMERA.project(marks[list(INNER_LIPS)])[0] * SIZE
    line[11:, 1] += 6.0
    middle = int(line[5, 0])
    fitted = lips_onto_photo(head, identity(0), OPEN, CAMERA, line, SIZE)
    top, bottom = _opening(assemble_head(head, fitted), middle)
    assert abs(top - line[5, 1]) < 2.0
    assert abs(bottom - line[15, 1]) < 2.5
    assert bottom > _opening(mesh, middle)[1] + 2
    moved = np.abs(fitted.offsets - identity(0).offsets).max(1) > 1e-6
    away = np.linalg.norm(mesh.rig.rest[: mesh.skin_count] - marks[13], axis=1)
    assert moved.any() and away[moved].max() < 0.2
