"""Driving: motion from videos, cameras, files and the network becomes the avatar's pose."""
