"""The sample portrait that every installation has."""

from __future__ import annotations

from pathlib import Path


def write_portrait(path: Path) -> None:
    """Write the public-domain portrait of the astronaut Eileen Collins that scikit-image has."""
    import skimage.data
    from PIL import Image

    from models.files import atomic_write

    with atomic_write(path) as temporary:
        Image.fromarray(skimage.data.astronaut()).save(temporary)
