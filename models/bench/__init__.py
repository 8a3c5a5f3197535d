"""Benchmarks: where the time goes, how far the limits are, what the peers' way costs."""
