"""Procedural base colours of eyes and mouth, with soft ambient shading painted in.

The renderer has no lights, so these colours carry their own shading: whatever lies deep,
under a lid or between two teeth is painted darker. All colours are sRGB in 0..1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.head.eyeball import IRIS_RADIUS, PUPIL_RATIO, uv_angle
from models.head.mouth import ARCH_DEPTH, ARCH_WIDTH, MouthRegion
from models.head.part_mesh import PartMesh
from models.head.photo_samples import LUMA

Floats = NDArray[np.float64]
FloatArray = NDArray[np.float32]

IRIS_RGB = (0.36, 0.25, 0.17)
SCLERA_RGB = (0.80, 0.755, 0.725)
TEETH_RGB = (0.815, 0.745, 0.66)
SKIN_RGB = (0.80, 0.62, 0.53)
_PUPIL_RGB = (0.045, 0.038, 0.036)
_THROAT_LIGHT = 0.55
"""What is left of the light in the throat: dark, yet never a hole."""
_SHADOW_WARMTH = np.array([0.86, 1.08, 1.18])


def _smoothstep(low: float, high: float, value: Floats) -> Floats:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _mix(first: Floats, second: Floats, weight: Floats) -> Floats:
    """Linear blend of colours (N, 3) by weight (N,)."""
    return first + (second - first) * weight[:, None]


def _fibres(turn: Floats, radius: Floats, seed: int) -> Floats:
    """Radial fibre pattern in -1..1: waves around the iris that waver along the radius."""
    rng = np.random.default_rng(seed)
    total = np.zeros_like(turn)
    for frequency in (9, 14, 23, 31, 44, 58, 73):
        frequency += int(rng.integers(-2, 3))
        phase, wander = rng.uniform(0, 2 * np.pi, 2)
        bend = rng.uniform(0.6, 1.8) * np.sin(3.5 * radius + wander)
        total += np.cos(frequency * turn + phase + bend) / np.sqrt(frequency)
    return np.tanh(1.6 * total)


def sample_polar(texture: NDArray[np.floating], turn: Floats, radius: Floats) -> Floats:
    """Bilinear lookup in a polar texture (A, R, 3).

    Row a covers the direction ``2 pi a / A``, column r the radius ``(r + 0.5) / R`` of the
    disc. ``turn`` (N,) in radians, ``radius`` (N,) in 0..1. Returns (N, 3).
    """
    rows, columns = texture.shape[:2]
    a = (turn / (2 * np.pi) * rows) % rows
    r = np.clip(radius * columns - 0.5, 0, columns - 1)
    a0, r0 = np.floor(a).astype(int), np.floor(r).astype(int)
    fa, fr = (a - a0)[:, None], (r - r0)[:, None]
    a0, a1, r1 = a0 % rows, (a0 + 1) % rows, np.minimum(r0 + 1, columns - 1)
    near = texture[a0, r0] * (1 - fr) + texture[a0, r1] * fr
    far = texture[a1, r0] * (1 - fr) + texture[a1, r1] * fr
    return np.asarray(near * (1 - fa) + far * fa, np.float64)


def _iris_colour(base: Floats, turn: Floats, radius: Floats, pupil: float, seed: int) -> Floats:
    """Painted iris (N, 3) around ``base``; ``radius`` is 0 at the axis, 1 at the limbus."""
    along = np.clip((radius - pupil) / (1 - pupil), 0, 1)
    bright = 0.86 + 0.34 * np.exp(-(((along - 0.42) / 0.33) ** 2))
    bright *= 1 + 0.13 * _fibres(turn, radius, seed) * _smoothstep(0.0, 0.2, along)
    # The collarette next to the pupil is a little warmer than the outer iris.
    warm = np.exp(-((along / 0.35) ** 2))[:, None] * np.array([0.10, 0.03, -0.07])
    return np.asarray(base * bright[:, None] * (1 + warm))


def _sclera_colour(base: Floats, uv: Floats, angle: Floats) -> Floats:
    """Sclera (N, 3): pinker and darker towards the corners and the hidden back."""
    aside = np.abs(uv[:, 0] - 0.5) / np.maximum(np.linalg.norm(uv - 0.5, axis=1), 1e-9)
    back = _smoothstep(0.55, 1.35, angle)
    corner = back * aside**2
    colour = base * (1 - 0.30 * back[:, None])
    pink = colour * np.array([1.02, 0.84, 0.80])
    return _mix(colour, pink, np.clip(0.15 * back + 0.75 * corner, 0, 1))


def paint_eye(
    uv: NDArray[np.floating],
    *,
    iris_rgb: ArrayLike = IRIS_RGB,
    iris_texture: NDArray[np.floating] | None = None,
    sclera_rgb: ArrayLike = SCLERA_RGB,
    pupil: float = PUPIL_RATIO,
    iris_radius: float = IRIS_RADIUS,
    light: float = 1.0,
    lid_shade: float = 0.28,
    highlight: tuple[float, float] | None = None,
    seed: int = 0,
) -> FloatArray:
    """Colours of an eyeball at texture coordinates of ``eyeball.uv_from_direction``.

    Args:
        uv: (N, 2) texture coordinates; v grows upward.
        iris_rgb: main iris colour.
        iris_texture: polar texture (A, R, 3) of the whole disc as ``EyeColours`` holds it; used
            instead of ``iris_rgb`` and of the painted pupil.
        sclera_rgb: colour of the sclera beside the iris.
        pupil: pupil radius over iris radius.
        iris_radius: iris radius over eyeball radius, as given to ``eyeball``.
        light: factor on all colours; leave at 1 for colours measured in the photo.
        lid_shade: darkening 0..1 under the upper lid.
        highlight: direction (x, y) of a painted catch-light in iris radii from the axis.
        seed: pattern of the fibres.

    Returns:
        (N, 3) float32 sRGB in 0..1.
    """
    place = np.asarray(uv, np.float64)
    angle = uv_angle(place)
    turn = np.arctan2(place[:, 1] - 0.5, place[:, 0] - 0.5)
    radius = np.sin(np.minimum(angle, np.pi / 2)) / iris_radius
    radius = np.where(angle > np.pi / 2, 9.0, radius)
    sclera = _sclera_colour(np.asarray(sclera_rgb, np.float64), place, angle)
    if iris_texture is None:
        iris = _iris_colour(np.asarray(iris_rgb, np.float64), turn, radius, pupil, seed)
        iris = _mix(iris, iris * 0.50, _smoothstep(0.70, 1.0, radius))
        dark = np.minimum(np.asarray(_PUPIL_RGB), 0.5 * np.asarray(iris_rgb, np.float64))
        open_pupil = 1 - _smoothstep(pupil - 0.05, pupil + 0.05, radius)
        iris = _mix(iris, np.broadcast_to(dark, iris.shape), open_pupil)
    else:
        iris = sample_polar(iris_texture, turn, np.clip(radius, 0, 1))
    colour = _mix(iris, sclera, _smoothstep(0.94, 1.08, radius))
    height = np.sin(turn) * np.sin(np.minimum(angle, np.pi / 2)) / iris_radius
    shade = lid_shade * _smoothstep(0.15, 1.25, height) + 0.08 * _smoothstep(0.6, 1.6, -height)
    colour = colour * (1 - shade)[:, None] * light
    if highlight is not None:
        disc = np.stack([np.cos(turn), np.sin(turn)], 1) * radius[:, None]
        distance = np.linalg.norm(disc - np.asarray(highlight), axis=1)
        glint = np.broadcast_to(min(0.96, 0.96 * light), colour.shape)
        colour = _mix(colour, glint, 1 - _smoothstep(0.10, 0.22, distance))
    return np.clip(colour, 0, 1).astype(np.float32)


def _light_reaching(mesh: PartMesh) -> Floats:
    """Ambient light (V,) in 0..1 that falls through the lips onto each vertex.

    Fades with the depth behind the front teeth and towards the cheeks, and with the turn of
    the surface away from a soft light in front and above.
    """
    vertices = mesh.vertices.astype(np.float64)
    depth = np.clip(-vertices[:, 2] / ARCH_DEPTH, 0, 2)
    aside = np.clip(np.abs(vertices[:, 0]) / (0.5 * ARCH_WIDTH), 0, 2)
    reach = np.exp(-1.5 * depth - 0.9 * aside**4)
    normals = mesh.normals().astype(np.float64)
    facing = normals @ np.array([0.0, 0.28, 0.96])
    # Teeth are thin and let light through: their backs are no darker than their fronts.
    facing = np.where(mesh.region <= MouthRegion.LOWER_TEETH, 0.85, facing)
    wrap = np.clip((facing + 0.55) / 1.5, 0, 1)
    return np.asarray(reach * (0.42 + 0.58 * wrap))


def _teeth_colour(base: Floats, uv: Floats, depth: Floats) -> Floats:
    """Ivory: warmer at the neck, a little translucent at the edge, dark in the embrasures."""
    rise = uv[:, 1]
    aside = np.abs(2 * uv[:, 0] - 1)
    neck = 1 - _smoothstep(0.0, 0.42, rise)
    edge = _smoothstep(0.80, 1.0, rise)
    colour = base * (1 - 0.10 * neck[:, None] * np.array([0.6, 1.0, 1.7]))
    colour = _mix(colour, colour * np.array([0.95, 0.95, 0.955]), edge)
    yellow = np.clip(depth, 0, 1)[:, None] * np.array([0.04, 0.09, 0.20])
    gap = 0.34 * _smoothstep(0.70, 1.0, aside)
    crevice = gap[:, None] * np.array([0.9, 1.0, 1.06])
    return np.asarray(colour * (1 - yellow) * (1 - crevice))


def _usual_ivory(tone: Floats) -> Floats:
    """Default tooth colour (3,), leaning a little towards the hue of the photo's light."""
    usual = np.asarray(SKIN_RGB)
    tint = (tone / max(float(tone @ LUMA), 1e-3)) / (usual / float(usual @ LUMA))
    return np.asarray(np.asarray(TEETH_RGB) * np.clip(0.8 + 0.2 * tint, 0.85, 1.06))


def _flesh_colours(tone: Floats) -> dict[MouthRegion, Floats]:
    """Gum, palate, tongue and cavity colours of unit light, tinted by the person's tone.

    Gums darken with the skin but far less than it does.
    """
    luma = float(tone @ LUMA)
    tint = tone / max(luma, 1e-3)
    depth = 0.72 + 0.28 * min(luma / 0.66, 1.15)

    def flesh(rgb: tuple[float, float, float]) -> Floats:
        return np.asarray(rgb) * depth * (0.7 + 0.3 * tint)

    gum = 0.7 * flesh((0.74, 0.45, 0.43)) + 0.3 * tone / max(luma, 1e-3) * 0.5 * depth
    return {
        MouthRegion.UPPER_GUM: gum,
        MouthRegion.LOWER_GUM: gum,
        MouthRegion.PALATE: flesh((0.60, 0.33, 0.31)),
        MouthRegion.TONGUE: flesh((0.66, 0.35, 0.34)),
        MouthRegion.CAVITY: flesh((0.46, 0.20, 0.18)),
    }


def paint_mouth(
    mesh: PartMesh,
    *,
    tone_rgb: ArrayLike = SKIN_RGB,
    teeth_rgb: ArrayLike | None = None,
    light: float = 1.0,
) -> FloatArray:
    """Vertex colours (V, 3) of a mouth in its own frame, as ``mouth`` generates it.

    Args:
        mesh: one part or the whole mouth, before it is moved into a head.
        tone_rgb: lip or skin tone of the photo; tints the flesh.
        teeth_rgb: colour of a well-lit front tooth; measured teeth pass it here.
        light: light level of the photo, 1 for a well-lit face; scales everything except a
            measured ``teeth_rgb``, which already holds it.

    Returns:
        (V, 3) float32 sRGB in 0..1.
    """
    tone = np.asarray(tone_rgb, np.float64)
    reaching = _light_reaching(mesh)
    depth = np.clip(-mesh.vertices[:, 2].astype(np.float64) / ARCH_DEPTH, 0, 1)
    uv = mesh.uv.astype(np.float64)
    ivory = _usual_ivory(tone) * light if teeth_rgb is None else np.asarray(teeth_rgb)
    colour = np.zeros((len(mesh.vertices), 3))
    teeth = mesh.region <= MouthRegion.LOWER_TEETH
    colour[teeth] = _teeth_colour(ivory, uv[teeth], depth[teeth])
    # Lower teeth lie in the shade of the upper row and of the lip.
    colour[mesh.region == MouthRegion.LOWER_TEETH] *= 0.90
    for region, flesh in _flesh_colours(tone).items():
        chosen = mesh.region == region
        colour[chosen] = flesh * light * _flesh_shade(region, uv[chosen])[:, None]
    # Light inside a mouth has bounced off red flesh: shadows are warm, never grey.
    gentle = np.where(teeth, 0.75, np.where(mesh.region == MouthRegion.CAVITY, 0.7, 0.95))
    fade = gentle[:, None] * _SHADOW_WARMTH
    shaded = colour * reaching[:, None] ** fade
    return np.asarray(np.clip(shaded, 0, 1), np.float32)


def paint_throat(
    depth: NDArray[np.floating], *, tone_rgb: ArrayLike = SKIN_RGB, light: float = 1.0
) -> FloatArray:
    """Colours (N, 3) of the sack behind the lips.

    Args:
        depth: (N,) 0 at the lips, 1 in the throat.
        tone_rgb: lip tone of the photo, which passes into the cheeks' inside.
        light: light level as in ``paint_mouth``.
    """
    tone = np.asarray(tone_rgb, np.float64)
    cheek = _flesh_colours(tone)[MouthRegion.PALATE] * light
    rim = 0.5 * cheek + 0.35 * tone
    deep = _flesh_colours(tone)[MouthRegion.CAVITY] * light * _THROAT_LIGHT
    along = np.clip(np.asarray(depth, np.float64), 0, 1)
    colour = _mix(np.broadcast_to(rim, (len(along), 3)), 0.6 * cheek, _smoothstep(0.0, 0.3, along))
    colour = _mix(colour, np.broadcast_to(deep, colour.shape), _smoothstep(0.15, 1.0, along))
    return np.clip(colour, 0, 1).astype(np.float32)


def _flesh_shade(region: MouthRegion, uv: Floats) -> Floats:
    """Darkening (N,) of flesh by its place: gums under the lips, the tongue's groove, depth."""
    if region in (MouthRegion.UPPER_GUM, MouthRegion.LOWER_GUM):
        return 1.04 - 0.55 * _smoothstep(0.15, 1.0, uv[:, 1])
    if region == MouthRegion.TONGUE:
        # Round: light from the front leaves its edges and the furrow in the middle darker.
        groove = np.exp(-(((uv[:, 0] - 0.5) / 0.07) ** 2)) * _smoothstep(0.02, 0.2, uv[:, 1])
        edge = np.abs(2 * uv[:, 0] - 1) ** 2.5
        tip = 1.12 - 0.62 * _smoothstep(0.0, 0.8, uv[:, 1])
        return np.asarray((1.0 - 0.20 * groove) * (1 - 0.45 * edge) * tip)
    if region == MouthRegion.PALATE:
        # It faces down, yet the tongue throws light up to it.
        return 1.75 - 0.75 * uv[:, 1]
    return 0.62 - 0.30 * _smoothstep(0.0, 0.75, uv[:, 1])
