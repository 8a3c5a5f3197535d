"""The window: shows and edits the session. The only room with Qt."""

from __future__ import annotations

import ctypes
import sys

if sys.version_info < (3, 12):
    # PySide6 6.12.0 returns None, True and False as Python 3.12 allows, where they are immortal:
    # before it each call takes a reference away, and after some thousand calls Python aborts. A
    # large count makes them immortal here too. PySide6 6.11 counts right.
    for _constant in (None, True, False):
        ctypes.c_ssize_t.from_address(id(_constant)).value += 1 << 40
