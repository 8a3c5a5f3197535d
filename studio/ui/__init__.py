"""The window: shows and edits the session. The only room with Qt."""
