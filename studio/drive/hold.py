"""A lost face: hold what was seen last, ease to rest, come back without a jump."""

from __future__ import annotations

from models.pose import Pose

HOLD_SECONDS = 0.3
EASE_SECONDS = 0.5
RETURN_SECONDS = 0.3


class Hold:
    """What is shown while nobody is seen, and after."""

    def __init__(self) -> None:
        self._shown: Pose | None = None
        self._from: Pose | None = None
        self._lost_at: float | None = None
        self._back_at: float | None = None

    def show(self, live: Pose | None, rest: Pose, seconds: float) -> Pose:
        """What is shown at a time that grows.

        Args:
            live: what the performer does, None while lost.
            rest: where a lost face goes.
            seconds: of the source.
        """
        self._shown = self._lost(rest, seconds) if live is None else self._seen(live, seconds)
        return self._shown

    def blend(self, seconds: float) -> None:
        """Go gently from what is shown to what comes: the performer's rest has changed."""
        self._from, self._back_at, self._lost_at = self._shown, seconds, None

    def _lost(self, rest: Pose, seconds: float) -> Pose:
        if self._lost_at is None:
            self._lost_at, self._from = seconds, self._shown
            self._back_at = None
        if self._from is None:
            return rest
        return self._from.lerp(rest, _eased(seconds - self._lost_at - HOLD_SECONDS, EASE_SECONDS))

    def _seen(self, live: Pose, seconds: float) -> Pose:
        if self._lost_at is not None:
            self._lost_at, self._back_at = None, seconds
            self._from = self._shown
        if self._back_at is None or self._from is None:
            return live
        share = _eased(seconds - self._back_at, RETURN_SECONDS)
        if share >= 1.0:
            self._back_at = None
            return live
        return self._from.lerp(live, share)


def _eased(seconds: float, whole: float) -> float:
    """0 before, 1 after ``whole`` seconds, smooth between."""
    share = min(max(seconds / whole, 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)
