from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from models.avatar import Avatar
from models.avatar_file import read_archive, write_archive
from models.background import Background
from models.errors import BadInput
from models.pose import PRESETS, Pose

PHOTO = Background("photo")
SIZE = 128


@pytest.fixture(scope="module")
def saved(sample_avatar: Avatar, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("avatar") / "sample.avatar"
    sample_avatar.save(path)
    return path


def psnr(one: np.ndarray, other: np.ndarray, weight: np.ndarray | float = 1.0) -> float:
    weights = np.broadcast_to(weight, one.shape)
    return float(-10 * np.log10(((one - other) ** 2 * weights).sum() / weights.sum()))


def change(avatar: Avatar, pose: Pose, other: Pose) -> np.ndarray:
    """Largest change (H, W) of a pixel between two poses seen from the source camera."""
    camera = avatar.source_camera
    views = [avatar.render(p, camera, SIZE, background=PHOTO) for p in (pose, other)]
    return np.abs(views[0] - views[1]).max(0)


def test_source_view_is_like_the_photo(sample_avatar: Avatar) -> None:
    avatar = sample_avatar
    picture = avatar.render(avatar.source_pose, avatar.source_camera, background=PHOTO)
    assert picture.shape == (3, 512, 512) and picture.dtype == np.float32
    weight = avatar.source_matte * avatar.source_valid
    assert weight.mean() > 0.2
    assert psnr(picture, avatar.source_crop, weight) > 26
    assert avatar.report.fit_error_percent < 2
    assert list(avatar.report.seconds) == ["portrait", "fit", "reconstruct", "bake"]


def test_camera_turns_the_head_and_not_the_background(sample_avatar: Avatar) -> None:
    avatar, source = sample_avatar, sample_avatar.source_camera
    front = avatar.render(avatar.source_pose, source, SIZE)
    turned = avatar.render(avatar.source_pose, source.orbited(yaw=30), SIZE)
    assert psnr(front[:3] * front[3:], turned[:3] * turned[3:]) < 25
    overlap = np.minimum(front[3], turned[3]).sum() / np.maximum(front[3], turned[3]).sum()
    assert overlap > 0.6
    empty = np.maximum(front[3], turned[3]) == 0
    assert empty.sum() > 200
    views = [
        avatar.render(avatar.source_pose, camera, SIZE, background=PHOTO)
        for camera in (source, source.orbited(yaw=30))
    ]
    assert np.array_equal(views[0][:, empty], views[1][:, empty])


def test_jaw_moves_the_mouth_alone(sample_avatar: Avatar) -> None:
    neutral = Pose.neutral()
    moved = change(sample_avatar, neutral, PRESETS["jaw_open"]) > 0.1
    assert moved.sum() > 60
    rows, columns = np.nonzero(moved)
    face, _ = sample_avatar.source_camera.project(sample_avatar.parts.proxy.rig.pivots[-2:])
    eyes = float(face[:, 1].max()) * SIZE
    assert rows.min() > eyes, "nothing above the eyes follows the jaw"
    alpha = sample_avatar.source_matte[0, 2::4, 2::4]
    assert moved[alpha < 0.01].sum() <= 5


def test_blink_changes_the_eyes_alone(sample_avatar: Avatar) -> None:
    moved = change(sample_avatar, Pose.neutral(), PRESETS["blink"]) > 0.1
    assert moved.sum() > 15
    where, _ = sample_avatar.source_camera.project(sample_avatar.parts.proxy.rig.pivots[-2:])
    rows, columns = np.nonzero(moved)
    away = np.hypot(
        rows[:, None] + 0.5 - where[:, 1] * SIZE, columns[:, None] + 0.5 - where[:, 0] * SIZE
    ).min(1)
    assert away.max() < 0.13 * SIZE


def test_saved_avatar_gives_the_identical_picture(sample_avatar: Avatar, saved: Path) -> None:
    opened = Avatar.load(saved)
    assert opened.source_pose == sample_avatar.source_pose
    assert opened.source_camera == sample_avatar.source_camera
    for name in ("source_crop", "source_matte", "source_valid"):
        assert np.array_equal(getattr(opened, name), getattr(sample_avatar, name)), name
    pose, camera = PRESETS["smile"], opened.source_camera.orbited(yaw=-20, pitch=5)
    for branch in ("all", "canonical", "appearance"):
        views = [
            avatar.render(pose, camera, SIZE, background=Background("blur"), branch=branch)
            for avatar in (sample_avatar, opened)
        ]
        assert np.array_equal(*views), branch
    info = opened.info
    assert info.pop("file_megabytes") < 40
    assert info == sample_avatar.info
    assert list(opened.report.seconds) == list(sample_avatar.report.seconds)


def test_same_avatar_gives_the_same_file(saved: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.avatar"
    Avatar.load(saved).save(again)
    assert again.read_bytes() == saved.read_bytes()


def test_branches_differ_and_share_their_shape(sample_avatar: Avatar) -> None:
    avatar = sample_avatar
    views = {
        branch: avatar.render(avatar.source_pose, avatar.source_camera, SIZE, branch=branch)
        for branch in ("all", "canonical", "appearance")
    }
    solid = views["all"][3] > 0.99
    detail = {}
    for branch, view in views.items():
        assert np.abs(view[3] - views["all"][3]).max() < 0.02
        detail[branch] = float(np.abs(np.diff(view[:3], axis=2))[:, solid[:, 1:]].mean())
    assert detail["canonical"] < 0.6 * detail["all"], "T_c is coarse"
    grey = views["appearance"][:3, solid]
    assert abs(float(np.median(grey)) - 0.5) < 0.12, "T_p stands on mid grey"
    assert detail["appearance"] > detail["canonical"]


@pytest.mark.parametrize("mode", ["depth", "normals", "opacity", "mesh"])
def test_modes(sample_avatar: Avatar, mode: str) -> None:
    avatar = sample_avatar
    pose, camera = avatar.source_pose, avatar.source_camera
    layered = avatar.render(pose, camera, SIZE, mode=mode)
    opaque = avatar.render(pose, camera, SIZE, mode=mode, background=Background.parse("#ff0000"))
    assert layered.shape == (4, SIZE, SIZE) and opaque.shape == (3, SIZE, SIZE)
    for picture in (layered, opaque):
        assert np.isfinite(picture).all() and picture.min() >= 0 and picture.max() <= 1
    nose, _ = camera.project(avatar.parts.proxy.rig.pivots[-2:].mean(0)[None])
    column, row = (nose[0] * SIZE).astype(int)
    middle = opaque[:, row, column]
    if mode == "depth":
        assert middle.min() > 0.7 and np.ptp(opaque) > 0.8
    if mode == "normals":
        assert middle[2] > 0.8, "the face looks along +Z"
    if mode == "opacity":
        assert middle.min() > 0.99 and opaque[:, 2, 2].max() < 0.5
    if mode == "mesh":
        assert np.ptp(middle) < 1e-6 and 0.2 < middle[0] < 0.9


def test_unknown_branch_mode_and_device(sample_avatar: Avatar) -> None:
    pose, camera = sample_avatar.source_pose, sample_avatar.source_camera
    with pytest.raises(ValueError, match="branch"):
        sample_avatar.render(pose, camera, 32, branch="other")
    with pytest.raises(ValueError, match="mode"):
        sample_avatar.render(pose, camera, 32, mode="other")
    with pytest.raises(BadInput, match="no device 'toaster'"):
        sample_avatar.render(pose, camera, 32, device="toaster")
    with pytest.raises(BadInput, match="not normals"):
        sample_avatar.render(pose, camera, 32, mode="normals", reference=True)


def test_threads_render_the_same_pictures(sample_avatar: Avatar) -> None:
    avatar = sample_avatar
    cameras = [avatar.source_camera.orbited(yaw=angle) for angle in (-20, 0, 20)]
    expected = [avatar.render(avatar.source_pose, camera, 96) for camera in cameras]
    found: list[list[np.ndarray]] = [[] for _ in cameras]

    def work(number: int) -> None:
        for _ in range(3):
            found[number].append(avatar.render(avatar.source_pose, cameras[number], 96))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(cameras))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for pictures, picture in zip(found, expected, strict=True):
        assert len(pictures) == 3 and all(np.array_equal(p, picture) for p in pictures)


def damage(name: str, saved: Path, target: Path) -> None:
    """Write a well-formed file with valid checksums and one impossible content."""
    archive = read_archive(saved)
    planes, proxy = archive.planes, archive.proxy
    if name == "index":
        proxy["faces"] = proxy["faces"].copy()
        proxy["faces"][5, 1] = len(proxy["canonical"])
    elif name == "rig index":
        proxy["rig.blend_vertex"] = proxy["rig.blend_vertex"].copy()
        proxy["rig.blend_vertex"][0] = -1
    elif name == "part":
        proxy["part"] = np.full_like(proxy["part"], 4)
    elif name == "rows":
        proxy["rig.blend_start"] = proxy["rig.blend_start"] * 2
    elif name == "huge":
        proxy["rig.rest"] = proxy["rig.rest"] * np.float32(1e30)
    elif name == "channels":
        planes["head.canonical.channels"] = planes["head.canonical.channels"][::-1].copy()
    elif name == "scale":
        planes["mouth.appearance.scale"] = planes["mouth.appearance.scale"] + np.float32(1e20)
    elif name == "cube":
        planes["eye_left.cube"] = np.zeros(4, np.float32)
    elif name == "missing":
        del planes["decoder.w1"]
    elif name == "camera":
        archive.meta["camera"] = [0.0] * 25
    elif name == "pose":
        archive.meta["source_pose"] = {"jaw": [1, 2]}
    elif name == "picture":
        archive.background_png = archive.source_png
    write_archive(target, archive)


@pytest.mark.parametrize(
    "name",
    "index,rig index,part,rows,huge,channels,scale,cube,missing,camera,pose,picture".split(","),
)
def test_hostile_avatars_are_refused(name: str, saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "hostile.avatar"
    damage(name, saved, path)
    with pytest.raises(BadInput) as caught:
        Avatar.load(path)
    sentence = str(caught.value)
    assert "hostile.avatar" in sentence and sentence.endswith(".") and "\n" not in sentence


def test_truncated_and_flipped_avatars_are_refused(saved: Path, tmp_path: Path) -> None:
    content = saved.read_bytes()
    path = tmp_path / "broken.avatar"
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 4
    for broken in (content[: len(content) // 2], content[:-1], bytes(flipped), b""):
        path.write_bytes(broken)
        with pytest.raises(BadInput, match=r"broken\.avatar"):
            Avatar.load(path)
    with pytest.raises(BadInput, match="absent"):
        Avatar.load(tmp_path / "absent.avatar")


def test_cancelled_build_leaves_nothing(astronaut_png: Path, tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    seen = []

    def progress(stage: str, share: float) -> None:
        seen.append((stage, share))
        if stage == "fit":
            raise Cancelled

    before = sorted(astronaut_png.parent.iterdir())
    with pytest.raises(Cancelled):
        Avatar.build(astronaut_png, progress=progress)
    assert [stage for stage, _ in seen] == ["portrait", "cut out", "fit"]
    assert 0 == seen[0][1] < seen[1][1] < seen[2][1] < 1
    assert sorted(astronaut_png.parent.iterdir()) == before and not list(tmp_path.iterdir())


def test_bad_settings(astronaut_png: Path) -> None:
    with pytest.raises(BadInput, match="between 32 and 512"):
        Avatar.build(astronaut_png, resolution=8)
    with pytest.raises(BadInput, match="flame2023.pkl"):
        Avatar.build(astronaut_png, head="flame2023.pkl")


def test_reference_renderer_agrees(sample_avatar: Avatar) -> None:
    avatar, size = sample_avatar, 96
    layer = PHOTO.layer(avatar.parts.source.background.astype(np.float32) / 255, size)

    def over(picture: np.ndarray) -> np.ndarray:
        return picture[:3] * picture[3:] + layer * (1 - picture[3:])

    view = {"pose": avatar.source_pose, "camera": avatar.source_camera, "size": size}
    fast = avatar.render(**view, samples=8)
    dense = avatar.render(**view, reference=True)
    assert dense.shape == fast.shape
    assert psnr(over(fast), over(dense)) > 33
    away = {**view, "camera": avatar.source_camera.orbited(yaw=30)}
    assert psnr(over(avatar.render(**away)), over(dense)) < 24, "the view must matter"
