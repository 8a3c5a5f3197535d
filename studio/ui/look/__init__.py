"""The look panel: view mode, background, lens, quality, branches."""
