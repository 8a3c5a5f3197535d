"""The library: avatars and projects that were open lately."""
