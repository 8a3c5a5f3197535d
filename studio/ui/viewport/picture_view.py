"""The picture drawn by OpenGL: frames become a texture, shaders do the rest."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QColor,
    QOffscreenSurface,
    QOpenGLContext,
    QOpenGLExtraFunctions,
    QSurfaceFormat,
    QVector3D,
)
from PySide6.QtOpenGL import (
    QOpenGLShader,
    QOpenGLShaderProgram,
)
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from shaders import source
from studio.ui.viewport.placement import PhotoPlace, Square
from studio.ui.viewport.scene import CHECKER_SIDE, Comparison, Scene, Tones

_TRIANGLES, _TEXTURE_2D, _BYTES = 0x0004, 0x0DE1, 0x1401
_RGB, _RGBA, _RGB8, _RGBA8 = 0x1907, 0x1908, 0x8051, 0x8058
_NEAREST, _LINEAR, _CLAMP = 0x2600, 0x2601, 0x812F
_MAG_FILTER, _MIN_FILTER, _WRAP_S, _WRAP_T = 0x2800, 0x2801, 0x2802, 0x2803
_UNPACK_ALIGNMENT, _TEXTURE_0 = 0x0CF5, 0x84C0
_RENDERER = 0x1F01
_EMULATORS = ("llvmpipe", "softpipe", "swrast", "swiftshader", "basic render", "gdi generic")
_DESKTOP, _ES = (3, 3), (3, 0)


def surface_format() -> QSurfaceFormat:
    """OpenGL 3.3 core, which every desktop of the last ten years has."""
    wanted = QSurfaceFormat()
    wanted.setVersion(*_DESKTOP)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    return wanted


def opengl_fault() -> str | None:
    """Why OpenGL should not be used here, None when it should.

    The variable TRIPTYCH_OPENGL decides: ``off``, or ``on`` also where a processor emulates it.
    """
    wish = os.environ.get("TRIPTYCH_OPENGL", "").lower()
    if wish == "off":
        return "TRIPTYCH_OPENGL is off"
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
    if fault is None and wish != "on":
        fault = _emulated(str(context.functions().glGetString(_RENDERER)))
    context.doneCurrent()
    return fault


def _emulated(renderer: str) -> str | None:
    """A processor that plays OpenGL composes the whole window, which takes it 20 to 50 ms.

    Drawing the picture alone takes 1 to 3 ms.
    """
    if any(name in renderer.lower() for name in _EMULATORS):
        return f"OpenGL is only emulated here ({renderer})"
    return None


def _too_old(context: QOpenGLContext) -> str | None:
    major, minor = context.format().version()
    needed = _ES if context.isOpenGLES() else _DESKTOP
    if (major, minor) >= needed:
        return None
    return f"OpenGL {major}.{minor} is too old, {needed[0]}.{needed[1]} is needed"


class PictureView(QOpenGLWidget):
    """Draws a scene; looks the same as ``PaintedView``."""

    painted = Signal(int)
    """The stamp of the picture that was just drawn."""
    broken = Signal(str)
    """OpenGL does not work after all, and why."""

    def __init__(self, scene: Scene, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFormat(surface_format())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._scene = scene
        scene.changed.connect(self.update)
        self._kit: _Kit | None = None

    def initializeGL(self) -> None:
        # Called again whenever the widget gets another context, as when its window changes.
        fault = _too_old(self.context())
        self._kit = None
        if fault is None:
            self._kit = _Kit(self.context())
            fault = self._kit.fault
        if fault is not None:
            self._kit = None
            self.broken.emit(fault)

    def paintGL(self) -> None:
        kit = self._kit
        if kit is None:
            return
        scene, shown = self._scene, self._scene.shown
        if shown is not None:
            kit.picture.fill(shown.picture, shown.nearest)
        if scene.photo is not None:
            kit.photo.fill(scene.photo, False)
        ratio = self.devicePixelRatioF()
        height = round(self.height() * ratio)
        square = Square.within(self.width(), self.height(), ratio)
        tones = Tones.now()
        comparison = scene.comparison if scene.photo is not None else None
        kit.draw(square, height, CHECKER_SIDE * ratio, tones, shown is not None, comparison)
        if shown is not None:
            self.painted.emit(shown.stamp)


class _Kit:
    """The program and textures of one context, which must be current for every call.

    Names of OpenGL's own, as Qt's objects for them must die while the context is current, which
    a widget's end in Python does not grant. They go with the context.
    """

    def __init__(self, context: QOpenGLContext) -> None:
        self._functions = context.extraFunctions()
        self._array = _name_of(self._functions.glGenVertexArrays)
        self._program = QOpenGLShaderProgram()
        self.fault = self._link(context.isOpenGLES())
        self.picture = _Texture(self._functions, 0)
        self.photo = _Texture(self._functions, 1)

    def _link(self, es: bool) -> str | None:
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
        self._program.bind()
        self._number("picture", self.picture.bind())
        self._number("photo", self.photo.bind())
        self._number("has_picture", int(has_picture))
        self._vector("square", square.left, square.top, max(square.side, 1))
        self._number("height", float(height))
        self._number("checker_side", checker_side)
        for name in ("letterbox", "checker_dark", "checker_light"):
            tone: QColor = getattr(tones, name)
            self._vector(name, tone.redF(), tone.greenF(), tone.blueF())
        place = PhotoPlace() if comparison is None else comparison.place
        self._vector("photo_place", place.left, place.top, place.side)
        self._number("photo_edge", -1.0 if comparison is None else comparison.edge)
        self._number("photo_opacity", 0.0 if comparison is None else comparison.opacity)
        self._functions.glBindVertexArray(self._array)
        self._functions.glDrawArrays(_TRIANGLES, 0, 3)
        self._functions.glBindVertexArray(0)
        self._program.release()

    # Not as three numbers: PySide 6.12 crashes.

    def _number(self, name: str, value: float) -> None:
        place = self._program.uniformLocation(name)
        if isinstance(value, int):
            self._program.setUniformValue1i(place, value)
        else:
            self._program.setUniformValue1f(place, value)

    def _vector(self, name: str, x: float, y: float, z: float) -> None:
        self._program.setUniformValue(self._program.uniformLocation(name), QVector3D(x, y, z))


class _Texture:
    """A texture that is filled again when its picture is another one."""

    def __init__(self, functions: QOpenGLExtraFunctions, unit: int) -> None:
        self._functions, self._unit = functions, unit
        self._name = _name_of(functions.glGenTextures)
        self._held: tuple[NDArray[np.uint8] | None, bool] = (None, False)

    def fill(self, picture: NDArray[np.uint8], nearest: bool) -> None:
        """Upload a picture (H, W, 3 or 4) unless it is there already."""
        if picture is self._held[0] and nearest == self._held[1]:
            return
        self._held = (picture, nearest)
        call = self._functions
        self.bind()
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

    def bind(self) -> int:
        """Make it the texture of its unit; returns the unit."""
        self._functions.glActiveTexture(_TEXTURE_0 + self._unit)
        self._functions.glBindTexture(_TEXTURE_2D, self._name)
        return self._unit


def _name_of(generate: Callable[[int, Any], None]) -> int:
    """A new name from one of OpenGL's generators."""
    names = np.zeros(1, np.uint32)
    generate(1, names)
    return int(names[0])
