"""The pose panel: coefficients, gaze, head and neck."""
