"""The worker: frames by newest request, jobs with progress and cancel, errors as values. No Qt."""
