"""Metrics and protocols: how good an avatar is, as numbers that anyone can reproduce."""
