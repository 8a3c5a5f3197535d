"""The smallest signal that does: callbacks in order, none of them can silence the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Event(Generic[Value]):
    """A list of callbacks that are told a value.

    Callbacks run at once, in the thread that emits, in the order in which they were connected.
    One that raises does not keep the others from being told; its error is raised afterwards.
    """

    def __init__(self) -> None:
        self._callbacks: list[Callable[[Value], object]] = []

    def connect(self, callback: Callable[[Value], object]) -> Callable[[], None]:
        """Call ``callback`` from now on; returns what disconnects it (harmless twice)."""
        self._callbacks.append(callback)

        def disconnect() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return disconnect

    def emit(self, value: Value) -> None:
        """Tell every callback."""
        errors: list[Exception] = []
        for callback in list(self._callbacks):
            try:
                callback(value)
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def __len__(self) -> int:
        """How many callbacks are connected."""
        return len(self._callbacks)
