"""Motion files: nothing is lost on the way, and what is damaged is told in one sentence."""

from __future__ import annotations

import csv
import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import BadInput
from models.pose import ARKIT_NAMES
from studio.drive.file_source import MotionFileSource
from studio.drive.live_link import ANGLES, ORDER, looking_once, to_pose
from studio.drive.motion_files import read_motion, write_motion
from studio.drive.source import Origin
from studio.session.pose_track import PoseTrack
from tests.studio.drive.conftest import random_pose

NAMES = [n[0].upper() + n[1:] for n in (*ORDER, *ANGLES)]


def live_link_rows(count: int = 70) -> list[list[str]]:
    rng = np.random.default_rng(1)
    rows = [["Timecode", "BlendShapeCount", *NAMES]]
    for index in range(count):
        second, frame = divmod(index, 60)
        values = [*rng.random(52), *rng.uniform(-1, 1, 9)]
        code = f"14:03:{5 + second:02d}:{frame:02d}.250"
        rows.append([code, "61", *(f"{value:.6f}" for value in values)])
    return rows


def write_rows(path, rows):
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def table(path):
    with path.open() as stream:
        rows = list(csv.DictReader(stream))
    return np.array([[float(row[name]) for name in NAMES] for row in rows])


def flame_arrays(count: int = 9) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    sizes = {"translation": 3, "rotation": 3, "neck_pose": 3, "jaw_pose": 3, "eyes_pose": 6}
    arrays = {name: rng.normal(0, 0.3, (count, size)) for name, size in sizes.items()}
    arrays |= {"expr": rng.normal(0, 1, (count, 100)), "shape": rng.normal(0, 1, 300)}
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def test_order_is_the_apps():
    assert sorted(ORDER) == sorted(ARKIT_NAMES) and len(NAMES) == 61
    assert (NAMES[0], NAMES[13], NAMES[17], NAMES[41], NAMES[51]) == (
        *("EyeBlinkLeft", "EyeWideRight", "JawOpen", "BrowDownLeft", "TongueOut"),
    )
    assert NAMES[52:56] == ["HeadYaw", "HeadPitch", "HeadRoll", "LeftEyeYaw"]


def test_csv_to_pose_to_csv_keeps_every_value(tmp_path):
    source = write_rows(tmp_path / "a.csv", live_link_rows())
    motion = read_motion(source)
    write_motion(tmp_path / "b.csv", motion.track)
    assert np.abs(table(tmp_path / "b.csv") - table(source)).max() < 1e-4
    again = read_motion(tmp_path / "b.csv").track
    assert np.abs(again.times - motion.track.times).max() < 1e-4
    assert motion.track.times[0] == pytest.approx(14 * 3600 + 3 * 60 + 5 + 0.25 / 60)
    assert motion.track.rate == pytest.approx(60) and motion.origin is Origin.DEVICE


def test_csv_columns_go_where_their_names_say(tmp_path):
    rows = live_link_rows(3)
    order = np.random.default_rng(0).permutation(len(rows[0]))
    shuffled = [[row[i] for i in order] for row in rows]
    plain = read_motion(write_rows(tmp_path / "a.csv", rows)).track
    assert read_motion(write_rows(tmp_path / "b.csv", shuffled)).track == plain
    index = rows[0].index("JawOpen")
    assert plain.pose(1).coefficient("jawOpen") == pytest.approx(float(rows[2][index]))


def test_csv_turns_the_other_way_round_than_poses(tmp_path):
    rows = live_link_rows(1)
    for name in NAMES[52:]:
        rows[1][rows[0].index(name)] = "0"
    rows[1][rows[0].index("HeadYaw")] = "0.5"
    rows[1][rows[0].index("RightEyePitch")] = "0.2"
    pose = read_motion(write_rows(tmp_path / "a.csv", rows)).track.pose(0)
    assert np.allclose(pose.head, [0, -0.5, 0], atol=1e-6)
    assert np.allclose(pose.gaze_right, [0, -0.2]) and not pose.gaze_left.any()


def test_angles_and_eye_look_of_the_app_agree():
    # A look to the subject's left and up, as the app records it.
    told = dict(eyeLookOutLeft=0.34, eyeLookInRight=0.44, eyeLookUpLeft=0.31, eyeLookUpRight=0.31)
    turned = dict(leftEyeYaw=-0.267, leftEyePitch=-0.139, rightEyeYaw=-0.206, rightEyePitch=-0.139)
    names = (*ORDER, *ANGLES)
    both = np.array([{**told, **turned}.get(name, 0.0) for name in names])
    alone = np.array([turned.get(name, 0.0) for name in names])
    looks, angles = (looking_once(to_pose(values)) for values in (both, alone))
    assert not any(looks.coefficient(name) for name in told)
    for pose in (looks, angles):
        for gaze in (pose.gaze_left, pose.gaze_right):
            assert 0.15 < gaze[0] < 0.4 and 0.1 < gaze[1] < 0.3


def test_csv_rows_without_a_face_are_skipped(tmp_path):
    rows = live_link_rows(5)
    rows[3] = [rows[3][0], "0"]
    assert len(read_motion(write_rows(tmp_path / "a.csv", rows)).track) == 4


def test_csv_source_turns_the_eyes_once(tmp_path):
    path = write_rows(tmp_path / "a.csv", live_link_rows(3))
    poses = [sample.pose for sample in MotionFileSource(path).samples()]
    assert all(pose.coefficient("eyeLookInLeft") == 0 and pose.gaze_left.any() for pose in poses)


def test_npz_to_pose_to_npz_keeps_every_value(tmp_path):
    arrays = flame_arrays()
    np.savez(tmp_path / "a.npz", **arrays, static_offset=np.ones((1, 7, 3)))
    motion = read_motion(tmp_path / "a.npz")
    write_motion(tmp_path / "b.npz", motion.track, motion.extras)
    with np.load(tmp_path / "b.npz") as again:
        for name, array in arrays.items():
            assert np.abs(again[name] - array).max() < 1e-4, name
        assert again["static_offset"].shape == (1, 7, 3)
    pose = motion.track.pose(4)
    assert np.allclose(pose.neck, arrays["rotation"][4]) and np.allclose(
        pose.jaw, arrays["jaw_pose"][4]
    )
    assert np.allclose(pose.expression, arrays["expr"][4])


def test_npz_eyes_are_left_then_right(tmp_path):
    arrays = flame_arrays(1)
    arrays["eyes_pose"] = np.array([[0, 0.3, 0, -0.2, 0, 0]], np.float32)
    np.savez(tmp_path / "a.npz", **arrays)
    pose = read_motion(tmp_path / "a.npz").track.pose(0)
    assert np.allclose(pose.gaze_left, [0.3, 0], atol=1e-6)
    assert np.allclose(pose.gaze_right, [0, 0.2], atol=1e-6)


@pytest.mark.parametrize("suffix", [".jsonl", ".npz"])
def test_poses_survive_whole(tmp_path, suffix):
    track = PoseTrack.of((0.04 * i, random_pose(i, expression=True)) for i in range(5))
    write_motion(tmp_path / f"a{suffix}", track)
    again = read_motion(tmp_path / f"a{suffix}").track
    assert np.abs(again.rows - track.rows).max() < 1e-6
    assert np.abs(again.times - track.times).max() < 1e-6


def test_json_lines_may_be_poses_alone(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"blendshapes": {"jawOpen": 0.5}}\n\n{}\n')
    track = read_motion(path).track
    assert len(track) == 2 and track.pose(0).coefficient("jawOpen") == 0.5
    assert track.rate == pytest.approx(30)


def changed(rows, line, name, text):
    rows = [list(row) for row in rows]
    rows[line][rows[0].index(name)] = text
    return rows


CSV_DAMAGE = {
    "lacks": (lambda r: [row[:2] + row[3:] for row in r], "EyeBlinkLeft"),
    "lacks many": (lambda r: [row[:20] for row in r], "and 32 more"),
    "nan": (lambda r: changed(r, 2, "JawOpen", "nan"), "jawOpen in line 3"),
    "text": (lambda r: changed(r, 1, "MouthClose", "wide"), "'wide'"),
    "infinite": (lambda r: changed(r, 1, "HeadYaw", "inf"), "headYaw"),
    "range": (lambda r: changed(r, 1, "JawOpen", "40"), "out of range"),
    "cut off": (lambda r: [*r[:-1], r[-1][:30]], "30 values instead of 63 in line 6"),
    "time code": (lambda r: changed(r, 1, "Timecode", "noon"), "'noon'"),
    "times": (lambda r: [r[0], r[2], r[1]], "do not grow"),
    "no rows": (lambda r: r[:1], "no poses"),
    "twice": (lambda r: [[*row, row[2]] for row in r], "twice"),
}


@pytest.mark.parametrize(("damage", "words"), CSV_DAMAGE.values(), ids=CSV_DAMAGE.keys())
def test_damaged_csv(tmp_path, damage, words):
    told(write_rows(tmp_path / "a.csv", damage(live_link_rows(5))), words)


def told(path, words):
    with pytest.raises(BadInput) as caught:
        read_motion(path)
    text = str(caught.value)
    assert words in text and str(path) in text and text.endswith(".") and "\n" not in text, text


NPZ_DAMAGE = {
    "lacks": (lambda a: a.pop("jaw_pose"), "lacks jaw_pose"),
    "nan": (lambda a: a["expr"].__setitem__((0, 0), np.nan), "expr has values that are no numbers"),
    "width": (lambda a: a.update(neck_pose=np.zeros((9, 4))), "neck_pose must hold 3"),
    "rows": (lambda a: a.update(rotation=np.zeros((8, 3))), "8 rows of rotation"),
    "none": (lambda a: a.update({n: v[:0] for n, v in a.items() if n != "shape"}), "no poses"),
    "range": (lambda a: a.update(translation=np.full((9, 3), 1e9)), "out of range"),
    "objects": (lambda a: a.update(expr=np.array([{}], object)), "not an .npz file"),
    "many": (lambda a: a.update(expr=np.zeros((9, 101))), "101 expressions"),
}


@pytest.mark.parametrize(("damage", "words"), NPZ_DAMAGE.values(), ids=NPZ_DAMAGE.keys())
def test_damaged_npz(tmp_path, damage, words):
    arrays = flame_arrays()
    damage(arrays)
    np.savez(tmp_path / "a.npz", **arrays)
    told(tmp_path / "a.npz", words)


JSON_DAMAGE = {
    "cut off": ('{}\n{"blendshapes": {"jawO', "line 2"),
    "name": ('{"blendshapes": {"jaw": 1}}', "jaw"),
    "nan": ('{"jaw": [NaN, 0, 0]}', "line 1"),
    "time": ('{"time": "now", "pose": {}}', "time"),
    "infinite": ('{"time": Infinity, "pose": {}}', "time"),
    "falls": ('{"time": 1, "pose": {}}\n{"time": 0.5, "pose": {}}', "do not grow"),
    "list": ("[1, 2]", "line 1"),
    "blank": ("\n\n", "no poses"),
}


@pytest.mark.parametrize(("text", "words"), JSON_DAMAGE.values(), ids=JSON_DAMAGE.keys())
def test_damaged_json_lines(tmp_path, text, words):
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    told(path, words)


@pytest.mark.parametrize("suffix", [".csv", ".npz", ".jsonl"])
def test_files_that_are_something_else(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"")
    told(path, "is empty")
    path.write_bytes(bytes(range(256)) * 40)
    told(path, str(path))
    with pytest.raises(BadInput):
        read_motion(tmp_path / f"no{suffix}")
    with pytest.raises(BadInput):
        write_motion(tmp_path / "no" / f"a{suffix}", PoseTrack.of([(0.0, random_pose(0))]))


def test_npz_cut_off(tmp_path):
    np.savez(tmp_path / "a.npz", **flame_arrays())
    content = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(content[: len(content) // 2])
    told(tmp_path / "a.npz", "not an .npz file")


def test_other_suffixes_are_told(tmp_path):
    (tmp_path / "a.bvh").write_text("x")
    told(tmp_path / "a.bvh", ".csv, .npz, .jsonl")


def test_written_time_codes_count_sixty_frames(tmp_path):
    track = PoseTrack.of((t, random_pose(0)) for t in (0.0, 0.04, 0.99999999, 61.5))
    write_motion(tmp_path / "a.csv", track)
    with (tmp_path / "a.csv").open() as stream:
        codes = [row["Timecode"] for row in csv.DictReader(stream)]
    assert codes[1].startswith("00:00:00:02.4") and codes[2].startswith("00:00:01:00.0")
    assert codes[3].startswith("00:01:01:30.0")
    assert math.isclose(read_motion(tmp_path / "a.csv").track.times[3], 61.5)


def test_json_lines_are_json(tmp_path):
    write_motion(tmp_path / "a.jsonl", PoseTrack.of([(0.5, random_pose(0))]))
    document = json.loads((tmp_path / "a.jsonl").read_text())
    assert document["time"] == 0.5 and set(document["pose"]["blendshapes"]) == set(ARKIT_NAMES)


@pytest.mark.parametrize("suffix", [".csv", ".npz", ".jsonl"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_broken_files_are_read_or_told(tmp_path, suffix, data):
    path = tmp_path / f"a{suffix}"
    if not path.exists():
        track = PoseTrack.of((i / 30, random_pose(i, expression=True)) for i in range(3))
        write_motion(path, track)
    content = bytearray(path.read_bytes())
    places = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255))
    for place, value in data.draw(st.lists(places, max_size=8)):
        content[place] = value
    broken = tmp_path / f"b{suffix}"
    broken.write_bytes(
        content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content
    )
    try:
        motion = read_motion(broken)
    except BadInput as error:
        assert "\n" not in str(error) and str(error).endswith(".")
    else:
        assert np.isfinite(motion.track.rows).all()
        list(MotionFileSource(broken).samples())
