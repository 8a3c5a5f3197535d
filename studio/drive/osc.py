"""Open Sound Control 1.0: packets to messages, trusting nothing.

Only what performers send is read: 32 and 64 bit numbers, text, blobs and the constants.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

Argument = int | float | str | bytes | bool | None
_BUNDLE = b"#bundle\0"
_DEEPEST = 8
_FIXED = {"i": ">i", "f": ">f", "h": ">q", "d": ">d", "t": ">Q"}
_CONSTANTS: dict[str, bool | None] = {"T": True, "F": False, "N": None}


@dataclass(frozen=True)
class Message:
    """An address and its arguments."""

    address: str
    arguments: tuple[Argument, ...]


def parse_osc(data: bytes) -> list[Message]:
    """The messages of a packet, those of its bundles in order.

    Raises ``ValueError`` for anything that is no whole OSC packet.
    """
    try:
        return _packet(data, 0)
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise ValueError(f"no OSC packet: {error}") from None


def _packet(data: bytes, depth: int) -> list[Message]:
    if depth > _DEEPEST:
        raise ValueError("bundles are nested too deeply")
    if not data.startswith(_BUNDLE):
        return [_message(data)]
    found: list[Message] = []
    place = len(_BUNDLE) + 8  # the time tag: everything counts at once
    while place < len(data):
        (size,) = struct.unpack_from(">i", data, place)
        end = place + 4 + size
        if size <= 0 or end > len(data):
            raise ValueError("a bundle's element reaches beyond it")
        found.extend(_packet(data[place + 4 : end], depth + 1))
        place = end
    return found


def _message(data: bytes) -> Message:
    address, place = _text(data, 0)
    if not address.startswith("/"):
        raise ValueError("an address must begin with /")
    tags, place = _text(data, place)
    if not tags.startswith(","):
        raise ValueError("the types of the arguments are missing")
    arguments: list[Argument] = []
    for tag in tags[1:]:
        value, place = _argument(data, place, tag)
        arguments.append(value)
    return Message(address, tuple(arguments))


def _argument(data: bytes, place: int, tag: str) -> tuple[Argument, int]:
    if tag in _CONSTANTS:
        return _CONSTANTS[tag], place
    if tag in _FIXED:
        form = _FIXED[tag]
        return struct.unpack_from(form, data, place)[0], place + struct.calcsize(form)
    if tag == "s":
        return _text(data, place)
    if tag == "b":
        (size,) = struct.unpack_from(">i", data, place)
        end = place + 4 + size
        if size < 0 or end > len(data):
            raise ValueError("a blob reaches beyond the packet")
        return data[place + 4 : end], place + 4 + _padded(size)
    raise ValueError(f"the type {tag!r} is not known")


def _text(data: bytes, place: int) -> tuple[str, int]:
    """Text that ends with a zero and fills whole groups of four bytes."""
    end = data.index(b"\0", place) if b"\0" in data[place:] else -1
    if end < 0:
        raise ValueError("text without an end")
    return data[place:end].decode("utf-8"), place + _padded(end - place + 1)


def _padded(size: int) -> int:
    return (size + 3) // 4 * 4
