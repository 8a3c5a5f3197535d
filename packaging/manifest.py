"""Write size and SHA-256 of every carried asset into resources/manifest.json.

Run after a file under resources/ that the manifest names has changed:
``python packaging/manifest.py``; with ``--check`` nothing is written and a difference is an error.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[1] / "resources"


def main() -> int:
    """Update or check the manifest; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args().check
    path = RESOURCES / "manifest.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    changed = []
    for name, entry in document["assets"].items():
        if not entry["carried"]:
            continue
        data = (RESOURCES / entry["file"]).read_bytes()
        measured = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        if any(entry[key] != value for key, value in measured.items()):
            changed.append(name)
            entry.update(measured)
    if not check:
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    for name in changed:
        print(f"{name} {'differs from the manifest' if check else 'updated'}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
