"""Settings: every field can be shown, files are read without trust."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from models.errors import BadInput
from studio.session.settings import (
    Settings,
    changed_settings,
    load_settings,
    save_settings,
    settings_path,
)


def test_every_shown_field_says_what_it_is():
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        assert field.title and isinstance(extra, dict), name
        if extra["group"] is not None:
            assert field.description and field.description.endswith("."), name
        if field.annotation in (int, float):
            assert {type(item).__name__ for item in field.metadata} >= {"Ge", "Le"}, name


def test_settings_come_back():
    settings = changed_settings(Settings(), theme="dark", samples=5, consent_shown=True)
    save_settings(settings)
    assert load_settings() == (settings, None)


def test_without_a_file_there_are_defaults():
    assert load_settings() == (Settings(), None) and not settings_path().exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"theme": "pink"}', '{"samples": NaN}', '{"samples": 1e9}', "[" * 9999]
)
def test_damaged_settings_are_set_aside(tmp_path, text):
    path = tmp_path / "settings.json"
    path.write_text(text)
    settings, warning = load_settings(path)
    assert settings == Settings() and warning and "damaged" in warning and "\n" not in warning
    assert not path.exists() and (tmp_path / "settings.json.damaged").read_text() == text
    save_settings(settings, path)
    assert load_settings(path) == (settings, None)


def test_settings_of_another_version_are_read_as_far_as_they_are_known(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"theme": "light", "telepathy": True}))
    assert load_settings(path) == (Settings(theme="light"), None)


@pytest.mark.parametrize("values", [{"samples": 0}, {"theme": "pink"}, {"undo_limit": 1}])
def test_bad_values_are_refused(values):
    with pytest.raises(ValidationError):
        changed_settings(Settings(), **values)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        save_settings(Settings(), tmp_path / "file" / "settings.json")
