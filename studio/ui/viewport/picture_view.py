"""The picture drawn by OpenGL: frames become a texture, shaders do the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QOffscreenSurface,
    QOpenGLContext,
    QOpenGLFunctions,
    QSurfaceFormat,
)
from PySide6.QtOpenGL import (
    QOpenGLShader,
    QOpenGLShaderProgram,
    QOpenGLTexture,
    QOpenGLVertexArrayObject,
)
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from shaders import source
from studio.ui.viewport.placement import PhotoPlace, Square
from studio.ui.viewport.scene import CHECKER_SIDE, Comparison, Shown, Tones

_TRIANGLES, _TEXTURE_2D, _BYTES = 0x0004, 0x0DE1, 0x1401
_RGB, _RGBA, _RGB8, _RGBA8 = 0x1907, 0x1908, 0x8051, 0x8058
_NEAREST, _LINEAR, _CLAMP = 0x2600, 0x2601, 0x812F
_MAG_FILTER, _MIN_FILTER, _WRAP_S, _WRAP_T = 0x2800, 0x2801, 0x2802, 0x2803
_UNPACK_ALIGNMENT = 0x0CF5
_DESKTOP, _ES = (3, 3), (3, 0)


def surface_format() -> QSurfaceFormat:
    """OpenGL 3.3 core, which every desktop of the last ten years has."""
    wanted = QSurfaceFormat()
    wanted.setVersion(*_DESKTOP)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    return wanted


def opengl_fault() -> str | None:
    """Why OpenGL cannot be used here, None when it can."""
    context = QOpenGLContext()
    context.setFormat(surface_format())
    if not context.create():
        return "no OpenGL context can be made"
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    if not context.makeCurrent(surface):
        return "an OpenGL context cannot be used"
    fault = _too_old(context)
    context.doneCurrent()
    return fault


def _too_old(context: QOpenGLContext) -> str | None:
    major, minor = context.format().version()
    needed = _ES if context.isOpenGLES() else _DESKTOP
    if (major, minor) >= needed:
        return None
    return f"OpenGL {major}.{minor} is too old, {needed[0]}.{needed[1]} is needed"


class PictureView(QOpenGLWidget):
    """Shows frames; the same methods and looks as ``PaintedView``."""

    painted = Signal(int)
    """The stamp of the picture that was just drawn."""
    broken = Signal(str)
    """OpenGL does not work after all, and why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFormat(surface_format())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._shown: Shown | None = None
        self._photo: NDArray[np.uint8] | None = None
        self._comparison: Comparison | None = None
        self._kit: _Kit | None = None

    def show_picture(self, shown: Shown | None) -> None:
        """Show a picture, or none."""
        self._shown = shown
        self.update()

    def set_photo(self, photo: NDArray[np.uint8] | None) -> None:
        """The source photo (S, S, 3) uint8."""
        self._photo = photo
        self.update()

    def compare(self, comparison: Comparison | None) -> None:
        """Lay the photo over the left of the picture, or take it away."""
        if comparison != self._comparison:
            self._comparison = comparison
            self.update()

    def initializeGL(self) -> None:
        # Called again whenever the widget gets another context, as when its window changes.
        context = self.context()
        context.aboutToBeDestroyed.connect(self._forget, Qt.ConnectionType.DirectConnection)
        fault = _too_old(context)
        if fault is None:
            self._kit = _Kit()
            fault = self._kit.fault
        if fault is not None:
            self._kit = None
            self.broken.emit(fault)

    def paintGL(self) -> None:
        kit = self._kit
        if kit is None:
            return
        kit.picture.fill(None if self._shown is None else self._shown.picture, self._nearest)
        kit.photo.fill(self._photo, False)
        ratio = self.devicePixelRatioF()
        height = round(self.height() * ratio)
        square = Square.within(self.width(), self.height(), ratio)
        tones = Tones.now()
        comparison = self._comparison if self._photo is not None else None
        kit.draw(square, height, CHECKER_SIDE * ratio, tones, self._shown is not None, comparison)
        if self._shown is not None:
            self.painted.emit(self._shown.stamp)

    @property
    def _nearest(self) -> bool:
        return self._shown is not None and self._shown.nearest

    def _forget(self) -> None:
        if self._kit is not None:
            self.makeCurrent()
            self._kit.destroy()
            self._kit = None
            self.doneCurrent()


class _Kit:
    """The program and textures of one context, which must be current for every call."""

    def __init__(self) -> None:
        self._functions = QOpenGLContext.currentContext().functions()
        self._array = QOpenGLVertexArrayObject()
        self._array.create()
        self._program = QOpenGLShaderProgram()
        self.fault = self._link()
        self.picture, self.photo = _Texture(self._functions), _Texture(self._functions)

    def _link(self) -> str | None:
        es = QOpenGLContext.currentContext().isOpenGLES()
        head = "#version 300 es\nprecision highp float;\n" if es else "#version 330 core\n"
        kinds = QOpenGLShader.ShaderTypeBit
        for kind, name in ((kinds.Vertex, "picture.vert"), (kinds.Fragment, "picture.frag")):
            if not self._program.addShaderFromSourceCode(kind, head + source(name)):
                return f"{name} does not compile: {self._program.log().strip()}"
        if not self._program.link():
            return f"the shaders do not link: {self._program.log().strip()}"
        return None

    def draw(
        self,
        square: Square,
        height: int,
        checker_side: float,
        tones: Tones,
        has_picture: bool,
        comparison: Comparison | None,
    ) -> None:
        """Fill the widget."""
        program = self._program
        program.bind()
        program.setUniformValue1i(b"picture", self.picture.bind(0))
        program.setUniformValue1i(b"photo", self.photo.bind(1))
        program.setUniformValue1i(b"has_picture", int(has_picture))
        program.setUniformValue(b"square", square.left, square.top, max(square.side, 1.0))
        program.setUniformValue1f(b"height", float(height))
        program.setUniformValue1f(b"checker_side", checker_side)
        for name, tone in (
            (b"letterbox", tones.letterbox),
            (b"checker_dark", tones.checker_dark),
            (b"checker_light", tones.checker_light),
        ):
            program.setUniformValue(name, tone.redF(), tone.greenF(), tone.blueF())
        place = PhotoPlace() if comparison is None else comparison.place
        program.setUniformValue(b"photo_place", place.left, place.top, place.side)
        program.setUniformValue1f(b"photo_edge", -1.0 if comparison is None else comparison.edge)
        program.setUniformValue1f(b"photo_opacity", comparison.opacity if comparison else 0.0)
        self._array.bind()
        self._functions.glDrawArrays(_TRIANGLES, 0, 3)
        self._array.release()
        program.release()

    def destroy(self) -> None:
        """Give the context's memory back."""
        self.picture.destroy()
        self.photo.destroy()
        self._array.destroy()
        self._program.removeAllShaders()


class _Texture:
    """A texture that is filled again when its picture is another one."""

    def __init__(self, functions: QOpenGLFunctions) -> None:
        self._functions = functions
        self._texture = QOpenGLTexture(QOpenGLTexture.Target.Target2D)
        self._texture.create()
        self._held: tuple[NDArray[np.uint8] | None, bool] = (None, False)

    def fill(self, picture: NDArray[np.uint8] | None, nearest: bool) -> None:
        """Upload a picture (H, W, 3 or 4) unless it is there already."""
        if picture is None or (picture is self._held[0] and nearest == self._held[1]):
            return
        self._held = (picture, nearest)
        call = self._functions
        self._texture.bind()
        way = _NEAREST if nearest else _LINEAR
        for name, value in (
            (_MIN_FILTER, way),
            (_MAG_FILTER, way),
            (_WRAP_S, _CLAMP),
            (_WRAP_T, _CLAMP),
        ):
            call.glTexParameteri(_TEXTURE_2D, name, value)
        call.glPixelStorei(_UNPACK_ALIGNMENT, 1)
        height, width, channels = picture.shape
        stored, given = (_RGBA8, _RGBA) if channels == 4 else (_RGB8, _RGB)
        # Its type hint speaks of an address; a buffer is taken as well and not copied.
        pixels: Any = picture
        call.glTexImage2D(_TEXTURE_2D, 0, stored, width, height, 0, given, _BYTES, pixels)
        call.glPixelStorei(_UNPACK_ALIGNMENT, 4)
        self._texture.release()

    def bind(self, unit: int) -> int:
        """Make it the texture of a unit; returns the unit."""
        self._texture.bind(unit)
        return unit

    def destroy(self) -> None:
        """Give its memory back."""
        self._texture.destroy()
