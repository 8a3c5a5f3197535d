"""The engine with the sample portrait's avatar: what the modes show, and a build in a process."""

from __future__ import annotations

import numpy as np
import pytest

from models.pose import Pose
from studio.engine import jobs
from studio.engine.engine import Engine
from studio.engine.events import FrameReady, JobDone, JobProgress, Notice
from studio.engine.pacer import Quality
from studio.engine.pictures import source_picture
from studio.engine.request import FrameRequest
from studio.session.look import ALL_BRANCHES, BackgroundKind, Branch, Look, ViewMode
from studio.session.view import View

SIZE = 96


@pytest.fixture
def shown(engine, events, sample_avatar):
    """The picture of a look, as floats 0..255."""

    def show(look: Look, *, pose: Pose | None = None, view: View | None = None, **options):
        engine.request_frame(
            FrameRequest(
                sample_avatar,
                sample_avatar.source_pose if pose is None else pose,
                View() if view is None else view,
                look,
                Quality(SIZE),
                **options,
            )
        )
        return events.wait_for(FrameReady).picture.astype(np.float32)

    return show


def difference(a, b) -> float:
    return float(np.abs(a - b).mean())


def test_every_mode_shows_something_of_its_own(shown):
    modes = [mode for mode in ViewMode if mode not in (ViewMode.RAW, ViewMode.CANONICAL_EXPRESSION)]
    pictures = {mode: shown(Look(mode=mode)) for mode in modes}
    for mode, picture in pictures.items():
        others = [other for name, other in pictures.items() if name != mode]
        assert min(difference(picture, other) for other in others) > 0.3, mode


def test_the_source_view_looks_like_the_photo(shown, sample_avatar):
    import cv2

    photo = cv2.resize(source_picture(sample_avatar), (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    assert difference(shown(Look()), photo.astype(np.float32)) < 6


def test_what_is_not_there_is_said_and_not_shown(shown, events, sample_avatar):
    same = shown(Look(mode=ViewMode.CANONICAL_EXPRESSION))
    assert difference(same, shown(Look(mode=ViewMode.CANONICAL))) == 0
    background = shown(Look(mode=ViewMode.COMPENSATION))
    off = ALL_BRANCHES - {Branch.CANONICAL, Branch.APPEARANCE}
    assert difference(background, shown(Look(branches=off))) == 0
    assert len(events.of(Notice)) == 3
    clear = Look(mode=ViewMode.COMPENSATION, background=BackgroundKind.TRANSPARENT)
    assert (shown(clear)[..., 3] == 0).all()


def test_bones_lie_over_the_mesh_and_move_with_the_head(shown):
    mesh, rig = shown(Look(mode=ViewMode.MESH)), shown(Look(mode=ViewMode.RIG))
    drawn = np.abs(rig - mesh).sum(-1) > 30
    assert 0.002 < drawn.mean() < 0.15
    turned = Pose(head=(0, 0, 0.5))
    moved = np.abs(
        shown(Look(mode=ViewMode.RIG), pose=turned) - shown(Look(mode=ViewMode.MESH), pose=turned)
    )
    assert (drawn != (moved.sum(-1) > 30)).mean() > 0.003


def test_looking_at_the_camera_moves_the_eyes_only(shown):
    view = View("front", yaw=20, zoom=2)
    still = shown(Look(), pose=Pose.neutral(), view=view)
    looking = shown(Look(), pose=Pose.neutral(), view=view, look_at_camera=True)
    changed = np.abs(still - looking).sum(-1) > 20
    assert 0.001 < changed.mean() < 0.1


@pytest.mark.parametrize("mode", [ViewMode.FINAL, ViewMode.MESH, ViewMode.DEPTH])
def test_every_stage_is_timed(shown, events, mode):
    shown(Look(mode=mode))
    times = events.of(FrameReady)[-1].milliseconds
    assert set(times) == {"wait", "pose", "render", "composite", "convert"}
    assert all(times[name] > 0 for name in ("pose", "render", "composite", "convert"))


def test_the_background_can_be_chosen(shown):
    for kind in (BackgroundKind.PHOTO, BackgroundKind.BLURRED):
        assert shown(Look(background=kind)).shape == (SIZE, SIZE, 3)
    corner = shown(Look(background=BackgroundKind.COLOUR, colour="#ff0000"))[0, 0]
    assert corner.tolist() == [255, 0, 0]


def test_a_real_build_is_cancelled_by_closing(events, astronaut_png, tmp_path):
    engine = Engine(events, device="cpu")
    engine.submit(jobs.build_avatar(astronaut_png, keep=tmp_path / "keep"))
    while events.wait_for(JobProgress).stage != "portrait":
        pass
    process = engine.child._process
    assert engine.close(10)
    assert process is not None and not process.is_alive()
    assert list((tmp_path / "keep").iterdir()) == []


def test_faces_are_found_in_another_process(events, astronaut_png):
    engine = Engine(events, device="cpu")
    try:
        engine.submit(jobs.find_faces(astronaut_png))
        (face,) = events.wait_for(JobDone).value
        left, top, right, bottom = face.box
        assert 0.2 < left < right < 0.7 and 0 < top < bottom < 0.5
        assert face.index == 0 and face.picture.shape == (128, 128, 3)
        assert face.picture.std() > 20
    finally:
        engine.close(10)
