"""The signals panel: coefficients and angles over time."""
