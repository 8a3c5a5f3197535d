"""One door for changes: events, undo, merging, gestures and the unsaved mark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.pose import Pose
from studio.session.history import History, Step
from studio.session.look import Look, ViewMode
from studio.session.project import OpenedProject, SavedProject
from studio.session.session import MERGE_SECONDS, Session
from studio.session.state import OpenAvatar, State
from studio.session.view import View

PARTS = ("avatar", "pose", "view", "look", "behaviour", "presets", "timeline", "driving")


def smiling(value: float) -> Pose:
    return Pose.neutral().with_blendshapes({"mouthSmileLeft": value})


def labels(session: Session) -> list[str]:
    return [step.label for step in session.history.steps]


@pytest.fixture
def heard(session) -> list[str]:
    names: list[str] = []
    for name in (*PARTS, "history", "title"):
        getattr(session, f"{name}_changed").connect(lambda value, name=name: names.append(name))
    return names


def test_a_change_tells_only_what_changed_and_after_everything_is_in_place(session, heard):
    seen: list[tuple[Pose, View, int]] = []
    session.pose_changed.connect(
        lambda pose: seen.append((pose, session.state.view, session.history.position))
    )
    view = View(yaw=20)
    assert session.change("Both", pose=smiling(0.5), view=view)
    assert heard == ["pose", "view", "history", "title"]
    assert seen == [(smiling(0.5), view, 1)]


def test_an_equal_value_is_no_change(session, heard):
    assert not session.change("Nothing", pose=Pose.neutral(), look=Look())
    assert heard == [] and labels(session) == ["Start"]


def test_a_part_that_does_not_exist_is_refused(session):
    with pytest.raises(TypeError):
        session.change("Typo", poze=Pose.neutral())
    assert labels(session) == ["Start"]


def test_undo_and_redo_walk_through_the_states(session):
    for value in (0.1, 0.2, 0.3):
        session.change(f"Smile {value}", pose=smiling(value))
    assert session.undo() and session.undo()
    assert session.state.pose == smiling(0.1)
    assert session.redo()
    assert session.state.pose == smiling(0.2)
    session.jump(0)
    assert session.state.pose == Pose.neutral() and not session.undo()
    session.jump(3)
    assert session.state.pose == smiling(0.3) and not session.redo()
    with pytest.raises(IndexError):
        session.jump(4)


def test_a_change_after_undo_forgets_what_was_undone(session):
    session.change("One", pose=smiling(0.1))
    session.change("Two", pose=smiling(0.2))
    session.undo()
    session.change("Other", pose=smiling(0.9))
    assert labels(session) == ["Start", "One", "Other"] and not session.redo()


def test_changes_with_the_same_key_merge_while_they_follow_quickly(session, clock):
    for value in (0.1, 0.2, 0.3):
        session.change("Smile", merge="smile", pose=smiling(value))
        clock.now += 0.9 * MERGE_SECONDS
    assert labels(session) == ["Start", "Smile"]
    clock.now += MERGE_SECONDS
    session.change("Smile", merge="smile", pose=smiling(0.4))
    session.change("Jaw", merge="jaw", pose=smiling(0.5))
    assert labels(session) == ["Start", "Smile", "Smile", "Jaw"]
    session.undo()
    session.undo()
    assert session.state.pose == smiling(0.3)


def test_nothing_merges_into_a_step_that_was_returned_to(session):
    session.change("Smile", merge="smile", pose=smiling(0.1))
    session.change("View", view=View(yaw=1))
    session.undo()
    session.change("Smile", merge="smile", pose=smiling(0.2))
    assert labels(session) == ["Start", "Smile", "Smile"]


def test_nothing_merges_into_the_saved_state(session, tmp_path):
    session.change("Smile", merge="smile", pose=smiling(0.1))
    session.project_saved(SavedProject(tmp_path / "a.triptych", session.state))
    session.change("Smile", merge="smile", pose=smiling(0.2))
    session.undo()
    assert session.state.pose == smiling(0.1) and not session.modified


def test_a_gesture_is_one_step_however_long_it_takes(session, clock):
    session.begin("Drag smile")
    for value in (0.1, 0.2, 0.3):
        session.change("Smile", pose=smiling(value))
        clock.now += 10
    session.end()
    session.change("Smile", merge="smile", pose=smiling(0.4))
    assert labels(session) == ["Start", "Drag smile", "Smile"]
    session.undo()
    assert session.state.pose == smiling(0.3)
    session.undo()
    assert session.state.pose == Pose.neutral()


def test_two_gestures_are_two_steps_even_with_the_same_key(session):
    for value in (0.1, 0.2):
        with session.gesture("Drag"):
            session.change("Smile", merge="smile", pose=smiling(value))
    session.change("Smile", merge="smile", pose=smiling(0.3))
    assert labels(session) == ["Start", "Drag", "Drag", "Smile"]


def test_a_gesture_that_comes_back_leaves_no_step(session):
    with session.gesture("Drag"):
        session.change("Smile", pose=smiling(0.5))
        session.change("Smile", pose=Pose.neutral())
    assert labels(session) == ["Start"] and not session.modified


def test_a_cancelled_gesture_takes_everything_back(session, heard):
    session.change("Before", pose=smiling(0.7))
    session.begin("Drag")
    session.change("Smile", pose=smiling(0.1), view=View(yaw=5))
    heard.clear()
    session.cancel()
    assert session.state.pose == smiling(0.7) and labels(session) == ["Start", "Before"]
    assert {"pose", "view", "history"} <= set(heard) and not session.in_gesture


def test_an_error_inside_a_gesture_takes_it_back(session):
    with pytest.raises(RuntimeError), session.gesture("Drag"):
        session.change("Smile", pose=smiling(0.1))
        raise RuntimeError
    assert session.state.pose == Pose.neutral() and labels(session) == ["Start"]


def test_undo_during_a_gesture_ends_it(session):
    session.begin("Drag")
    session.change("Smile", pose=smiling(0.5))
    session.undo()
    session.change("After", pose=smiling(0.6))
    session.change("After", pose=smiling(0.7))
    assert labels(session) == ["Start", "After", "After"]


def test_the_history_is_bounded(clock):
    session = Session(undo_limit=5, clock=clock)
    for i in range(20):
        session.change(str(i), pose=smiling(i / 20 + 0.01))
    assert labels(session) == ["14", "15", "16", "17", "18", "19"]
    while session.undo():
        pass
    assert session.state.pose == smiling(14 / 20 + 0.01)


def test_the_history_keeps_few_avatars_alive():
    history = History(State())
    avatars = [OpenAvatar(object(), str(i)) for i in range(5)]
    for avatar in avatars:
        history.push(Step(avatar.name, State(avatar)))
    kept = {step.state.avatar.name for step in history.steps if step.state.avatar}
    assert kept == {"2", "3", "4"} and history.current.state.avatar is avatars[4]


def test_a_listener_that_fails_silences_nobody(session):
    heard = []
    session.pose_changed.connect(lambda pose: 1 / 0)
    session.pose_changed.connect(heard.append)
    session.history_changed.connect(heard.append)
    with pytest.raises(ZeroDivisionError):
        session.change("Smile", pose=smiling(0.5))
    assert heard == [smiling(0.5), session.history] and session.state.pose == smiling(0.5)


def test_whoever_listens_hears_the_newest_value_last(session):
    def clamp(pose: Pose) -> None:
        if pose.coefficient("mouthSmileLeft") > 1:
            session.change("Clamp", pose=smiling(1.0))

    first, last = [], []
    session.pose_changed.connect(first.append)
    session.pose_changed.connect(clamp)
    session.pose_changed.connect(last.append)
    session.change("Smile", pose=smiling(1.5))
    assert first == last == [smiling(1.5), smiling(1.0)]
    session.undo()
    assert session.state.pose == smiling(1.0) and last[-1] == smiling(1.0)


def test_changes_made_while_being_told_follow_one_another(session):
    views = []

    def turn(view: View) -> None:
        views.append(view.yaw)
        if view.yaw < 5:
            session.change("Turn", merge="turn", view=View(yaw=view.yaw + 1))

    session.view_changed.connect(turn)
    session.change("Turn", merge="turn", view=View(yaw=1))
    assert views == [1, 2, 3, 4, 5] and labels(session) == ["Start", "Turn"]


def test_opening_an_avatar_shows_the_photo_and_can_be_undone(session, avatar):
    session.change("Turn", view=View(yaw=50))
    session.open_avatar(avatar)
    assert session.avatar is avatar and session.state.view == View()
    assert session.state.pose == avatar.handle.source_pose
    session.undo()
    assert session.avatar is None and session.state.view == View(yaw=50)


def test_a_built_avatar_is_unsaved_until_it_has_a_file(session, avatar, tmp_path, heard):
    session.open_avatar(avatar)
    session.change("Smile", pose=smiling(0.5))
    assert session.modified and session.title == "anna*"
    session.avatar_saved(avatar, tmp_path / "berta.avatar", "0" * 64)
    assert session.avatar is not None and session.avatar.path == tmp_path / "berta.avatar"
    assert session.avatar.handle is avatar.handle and session.title == "berta*"
    session.undo()
    # The steps before know the file, too.
    assert session.avatar.path == tmp_path / "berta.avatar"


def test_a_person_saved_as_changed_is_the_avatar_from_then_on_in_all_steps(
    session, avatar, tmp_path
):
    as_built, changed = avatar.handle, type(avatar.handle)()
    session.open_avatar(replace(avatar, path=tmp_path / "anna.avatar"))
    session.change("Shape 1", shape=(1.0,))
    session.change("Shape 2", shape=(1.0, -2.0))
    was, labels = session.avatar, [step.label for step in session.history.steps]
    # Meanwhile the person is changed further.
    session.change("Shape 3", shape=(1.0, -2.0, 0.5))
    session.avatar_saved(was, tmp_path / "berta.avatar", "0" * 64, changed, (1.0, -2.0))
    assert session.avatar.handle is changed is not as_built and session.title == "berta*"
    assert session.state.shape == (0.0, 0.0, 0.5)
    session.undo()
    assert session.avatar.handle is changed and session.state.shape == ()
    assert not session.modified, "it is what the file holds"
    assert [step.label for step in session.history.steps] == [*labels, "Shape 3"]
    session.undo()
    assert session.state.shape == (0.0, 2.0) and session.modified
    session.undo()
    assert session.state.shape == (-1.0, 2.0)


def test_a_project_goes_on_with_its_avatar_saved_as_changed(session, avatar, tmp_path):
    session.open_avatar(replace(avatar, path=tmp_path / "anna.avatar"))
    session.change("Shape 1", shape=(1.0,))
    session.project_saved(SavedProject(tmp_path / "film.triptych", session.state))
    changed = type(avatar.handle)()
    session.avatar_saved(session.avatar, tmp_path / "b.avatar", "0" * 64, changed, (1.0,))
    assert session.project == tmp_path / "film.triptych" and not session.modified


def test_an_avatar_opened_from_a_file_is_nothing_unsaved(session, avatar, tmp_path):
    session.open_avatar(replace(avatar, path=tmp_path / "anna.avatar"))
    assert not session.modified and session.title == "anna"
    session.change("Look around", view=View(yaw=30))
    assert not session.modified
    session.change("Smile", pose=smiling(0.2))
    assert session.modified
    session.undo()
    assert not session.modified


def test_in_a_project_the_view_counts(session, tmp_path):
    session.project_saved(SavedProject(tmp_path / "film.triptych", session.state))
    assert session.title == "film"
    session.change("Look around", view=View(yaw=30))
    assert session.modified and session.title == "film*"


def test_a_project_stays_with_its_avatar(session, avatar, tmp_path):
    session.open_avatar(replace(avatar, path=tmp_path / "anna.avatar"))
    session.project_saved(SavedProject(tmp_path / "film.triptych", session.state))
    other = OpenAvatar(object(), "bert", tmp_path / "bert.avatar")
    session.open_avatar(other)
    assert session.project is None and session.title == "bert" and not session.modified
    session.change("Smile", pose=smiling(0.3))
    assert session.title == "bert*"
    session.undo()
    session.undo()
    assert session.project == tmp_path / "film.triptych"
    assert session.title == "film" and not session.modified


def test_what_changed_while_saving_stays_unsaved(session, tmp_path):
    session.change("Smile", pose=smiling(0.1))
    begun = session.state
    session.change("Smile more", pose=smiling(0.2))
    session.project_saved(SavedProject(tmp_path / "a.triptych", begun))
    assert session.modified
    session.undo()
    assert not session.modified


def test_saving_a_project_can_give_the_avatar_its_file(session, avatar, tmp_path, heard):
    session.open_avatar(avatar)
    saved = SavedProject(
        tmp_path / "a.triptych", session.state, tmp_path / "a.avatar", sha256="0" * 64
    )
    heard.clear()
    session.project_saved(saved)
    assert session.avatar is not None and session.avatar.path == saved.avatar_path
    assert not session.modified and session.title == "a" and "title" in heard


def test_opening_a_project_begins_a_new_history(session, tmp_path, heard):
    session.change("Smile", pose=smiling(0.1))
    state = State(look=Look(mode=ViewMode.DEPTH), timeline={"takes": [1]})
    session.open_project(OpenedProject(state, tmp_path / "a.triptych"))
    assert session.state is state and not session.undo() and not session.modified
    assert {"pose", "look", "timeline"} <= set(heard) and "view" not in heard


def test_a_recovered_session_asks_to_be_saved(session):
    session.open_project(OpenedProject(State(pose=smiling(0.3)), None), recovered=True)
    assert session.modified and session.title == "Untitled*" and session.project is None


def test_disconnecting_twice_is_harmless(session):
    heard: list[Path] = []
    disconnect = session.title_changed.connect(heard.append)
    disconnect()
    disconnect()
    session.change("Smile", pose=smiling(0.5))
    assert heard == []
