"""How well a few typed letters fit a text."""

from __future__ import annotations

_START, _NEXT, _ANY = 8.0, 5.0, 1.0
_WHOLE = 20.0
"""For a word that begins with all that was typed."""
_LENGTH_COST = 0.02


def score(typed: str, text: str) -> float | None:
    """How well ``typed`` fits: its letters occur in this order in ``text``.

    Letters at the beginning of words and runs of letters count more; None when a letter is
    missing. Nothing typed fits everything equally.
    """
    letters = [letter for letter in typed.casefold() if not letter.isspace()]
    if not letters:
        return 0.0
    folded = text.casefold()
    # best[i]: the best value with the last letter matched at i.
    best: dict[int, float] = {-1: 0.0}
    for letter in letters:
        following: dict[int, float] = {}
        for place, found in enumerate(folded):
            if found != letter:
                continue
            before = [
                value + (_NEXT if last == place - 1 and last >= 0 else 0.0)
                for last, value in best.items()
                if last < place
            ]
            if before:
                following[place] = max(before) + (_START if _begins(folded, place) else _ANY)
        if not following:
            return None
        best = following
    begun = any(
        folded.startswith(typed.casefold().strip(), place)
        for place in range(len(folded))
        if _begins(folded, place)
    )
    return max(best.values()) + _WHOLE * begun - _LENGTH_COST * len(text)


def _begins(text: str, place: int) -> bool:
    return place == 0 or not text[place - 1].isalnum()
