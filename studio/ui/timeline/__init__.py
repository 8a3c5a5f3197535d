"""The timeline: takes, keys, playing."""
