"""Driving the avatar live: sources, transfer, monitor."""
