"""The panels' fixtures."""

from tests.studio.ui.panel_fixtures import desk, open_avatar

__all__ = ["desk", "open_avatar"]
