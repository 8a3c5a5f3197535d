"""The signals panel: coefficients over time."""
