"""The numbers a control can show, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """Range, steps and writing of a number.

    Attributes:
        low, high: what dragging and keys reach.
        least, most: what typing reaches; None is ``low`` and ``high``.
        step: of an arrow key; Shift takes a tenth of it, Ctrl ten of them.
        decimals: written; one more of them is kept and typed.
        suffix: after the number, such as ``°``.
        rest: the value at rest, from which bars fill and to which a double click returns.
        origin: where bars fill from instead; None is ``rest``.
        whole: only multiples of ``step``.
    """

    low: float = 0.0
    high: float = 1.0
    least: float | None = None
    most: float | None = None
    step: float = 0.01
    decimals: int = 2
    suffix: str = ""
    rest: float = 0.0
    origin: float | None = None
    whole: bool = False

    def typed(self, value: float) -> float:
        """The nearest value that typing reaches."""
        least = self.low if self.least is None else self.least
        most = self.high if self.most is None else self.most
        return self._round(min(max(value, least), most))

    def moved(self, value: float, by: float) -> float:
        """``value`` after a key or wheel step; one beyond the range is not pulled back by it."""
        low, high = min(self.low, value), max(self.high, value)
        return self._round(min(max(value + by, low), high))

    def share(self, value: float) -> float:
        """Where ``value`` lies between ``low`` (0) and ``high`` (1), within both."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def number(self, value: float) -> str:
        """The number alone, as it is typed."""
        if self.whole:
            return self._plain(value, self.decimals)
        text = self._plain(value, self.decimals + 1)
        return self._plain(value, self.decimals) if text.endswith("0") else text

    def text(self, value: float, *, exact: bool = False) -> str:
        """The number with its unit, ``exact`` or shortened to ``decimals``."""
        if exact:
            return f"{self.number(value)}{self.suffix}"
        return f"{self._plain(value, self.decimals)}{self.suffix}"

    def parse(self, text: str) -> float | None:
        """The typed value within reach, or None when the text is no number."""
        bare = text.strip().removesuffix(self.suffix.strip()).strip().replace(",", ".")
        try:
            value = float(bare)
        except ValueError:
            return None
        # NaN is the one number that does not equal itself.
        return self.typed(value) if value == value else None

    @staticmethod
    def _plain(value: float, decimals: int) -> str:
        text = f"{value:.{decimals}f}"
        return text.removeprefix("-") if float(text) == 0.0 else text

    def _round(self, value: float) -> float:
        if self.whole:
            return round(value / self.step) * self.step
        return round(value, self.decimals + 1)
