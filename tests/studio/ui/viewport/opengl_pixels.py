"""Draws scenes with OpenGL and compares them with the frame and with the painter.

Run as a program on a display. Exit codes: 0 they agree, 77 there is no OpenGL, 1 they differ.
"""

from __future__ import annotations

import sys

import numpy as np
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from studio.ui.pixels import array_of
from studio.ui.viewport.painted_view import PaintedView
from studio.ui.viewport.picture_view import PictureView, opengl_fault
from studio.ui.viewport.placement import PhotoPlace
from studio.ui.viewport.scene import Comparison, Scene, Shown

WIDTH, HEIGHT = 210, 160
NO_OPENGL = 77


def main() -> int:
    """Compare all scenes."""
    application = QApplication(sys.argv)
    fault = opengl_fault()
    if fault is not None:
        print(fault)
        return NO_OPENGL
    random = np.random.default_rng(1)
    content = Scene()
    views: list[PictureView | PaintedView] = [PictureView(content), PaintedView(content)]
    window = QWidget()
    column = QVBoxLayout(window)
    for view in views:
        view.setFixedSize(WIDTH, HEIGHT)
        column.addWidget(view)
    window.show()

    def drawn() -> list[np.ndarray]:
        application.processEvents()
        gl, painter = views
        return [array_of(gl.grabFramebuffer()), array_of(painter.grab().toImage())]

    def scene(size: int, channels: int, nearest: bool) -> np.ndarray:
        picture = random.integers(0, 256, (size, size, channels), dtype=np.uint8)
        content.show_picture(Shown(1, picture, nearest))
        return picture

    left = (WIDTH - HEIGHT) // 2
    inside = np.s_[:, left : left + HEIGHT]
    picture = scene(HEIGHT, 3, False)
    gl, painter = drawn()
    assert np.array_equal(gl[inside], picture), "the frame is not shown pixel by pixel"
    assert np.array_equal(gl, painter), "the letterbox differs"

    # Rows of three bytes that are no multiple of four.
    scene(37, 3, True)
    gl, painter = drawn()
    same = np.abs(gl.astype(int) - painter).max(2) <= 1
    assert same.mean() > 0.99, f"squares differ at {np.mean(~same):.3f} of the pixels"

    picture = scene(HEIGHT, 4, False)
    gl, painter = drawn()
    assert np.abs(gl.astype(int) - painter).max() <= 2, "the checker under alpha differs"
    assert np.ptp(gl[inside][picture[..., 3] < 20].mean(1)) > 10, "there is no checker"

    scene(HEIGHT, 3, False)
    photo = np.repeat(np.repeat(random.integers(0, 256, (8, 8, 3), np.uint8), 40, 0), 40, 1)
    content.set_photo(photo)
    content.compare(Comparison(0.4, PhotoPlace(-0.2, 0.1, 1.3), 0.7))
    gl, painter = drawn()
    same = np.abs(gl.astype(int) - painter).max(2) <= 3
    assert same.mean() > 0.97, f"photos differ at {np.mean(~same):.3f} of the pixels"
    print("OpenGL and painter agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
