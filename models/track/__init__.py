"""A video frame in, motion out: landmarks, head pose, gaze, and the Pose that an avatar takes."""
