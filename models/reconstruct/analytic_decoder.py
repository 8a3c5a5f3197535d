"""The decoder of baked fields, constructed by hand: what each channel and hidden unit means.

All features are sums over the three planes, so any function of two coordinates, or a sum of
such functions, can be a channel. A softplus unit with a large argument is linear, and the
difference ``softplus(a + g) - softplus(g)`` is ``a`` where the gate ``g`` is large and nothing
where it is very negative. Density is a solid bounded by six height fields; the colour's logit is

    base + back * [z below its middle] + right * [x above] + bottom * [y below]
         + sum over k of detail_k * [pattern_k > 0],

where base, back, right and bottom have three channels each and detail changes brightness only.
The patterns alternate from texel to texel of XY, which doubles the resolution of the front.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.triplane.decoder import COLOUR_MARGIN, HIDDEN, OUTPUTS, Decoder
from models.triplane.field import CHANNELS

FloatArray = NDArray[np.float32]

#: Excess heights: how far a point lies above the upper and below the lower height field.
ABOVE = (0, 2, 4)
BELOW = (1, 3, 5)
#: Solidity: 0 is empty, 1 a veil, 2 and more solid.
SOLIDITY = 6
BASE = slice(7, 10)
#: Colour differences of the far side of each plane: back (XY), bottom (XZ), right (ZY).
FAR = (slice(10, 13), slice(13, 16), slice(16, 19))
#: Alternating patterns with the front's gate, and the brightness they switch.
PATTERN = slice(19, 22)
DETAIL = slice(22, 25)

#: Density of a solid, per canonical unit.
SOLID_DENSITY = 3000.0
#: Length over which density rises at the surface.
_RISE = 0.002
#: Steepness of the excess units: their softplus is rounded over about 1 / this.
_SHARPNESS = 3000.0
#: Density of a veil (solidity 1) and steepness of the solidity units.
_VEIL_DENSITY, _VEIL_SHARPNESS = 400.0, 30.0
#: Bias that keeps linear units in softplus's linear part.
_LINEAR = 30.0
#: A colour gate rises over ``[-GATE_WIDTH, GATE_WIDTH]``, from argument -15 to 16.
GATE_WIDTH = 0.004
_GATE_OPEN, _GATE_SHUT = 16.0, -15.0
#: Amplitude of the patterns, and what the front's gate subtracts behind.
PATTERN_SCALE = 4.0
PATTERN_SHUT = 14.0
#: Largest logit of a colour; the sigmoid of 5.5 is 0.996.
LOGIT_LIMIT = 5.5


@cache
def analytic_decoder() -> Decoder:
    """Return the one decoder shared by all baked fields."""
    w1, b1 = np.zeros((HIDDEN, CHANNELS)), np.zeros(HIDDEN)
    w2, b2 = np.zeros((OUTPUTS, HIDDEN)), np.zeros(OUTPUTS)
    unit = 0
    for channel in (*ABOVE, *BELOW):
        w1[unit, channel] = _SHARPNESS
        w2[0, unit] = -SOLID_DENSITY / _RISE / _SHARPNESS
        unit += 1
    # Density over solidity rises slowly to the veil, fast to the solid, then no more.
    solid_slope = SOLID_DENSITY - _VEIL_DENSITY
    for knot, slope in enumerate((_VEIL_DENSITY, solid_slope - _VEIL_DENSITY, -solid_slope)):
        w1[unit, SOLIDITY], b1[unit] = _VEIL_SHARPNESS, -knot * _VEIL_SHARPNESS
        w2[0, unit] = slope / _VEIL_SHARPNESS
        unit += 1
    b2[0] = 1.0  # the decoder subtracts one
    for colour in range(3):
        w1[unit, BASE.start + colour], b1[unit] = 1.0, _LINEAR
        w2[1 + colour, unit], b2[1 + colour] = 1.0, -_LINEAR
        unit += 1
    for plane in range(3):
        gate, bias = _far_gate(plane)
        for colour in range(3):
            w1[unit], b1[unit] = gate, bias
            w1[unit, FAR[plane].start + colour] = 1.0
            w2[1 + colour, unit] = 1.0
            unit += 1
        w1[unit], b1[unit] = gate, bias
        w2[1:4, unit] = -1.0
        unit += 1
    for pattern in range(3):
        w1[unit : unit + 2, PATTERN.start + pattern] = 1.0
        w1[unit, DETAIL.start + pattern] = 1.0
        w2[1:4, unit], w2[1:4, unit + 1] = 1.0, -1.0
        unit += 2
    # Features are the mean of three lookups; the channels above are their sums.
    arrays = (3 * w1, b1, w2, b2)
    return Decoder(*(array.astype(np.float32) for array in arrays))


def _far_gate(plane: int) -> tuple[NDArray[np.float64], float]:
    """Row of weights and bias that measure a point's side of the middle of a plane's heights.

    The excesses above and below are ``h - high`` and ``low - h``: half their difference is the
    height over the middle. Back and bottom are the lower sides, right is the upper one.
    """
    slope = (_GATE_OPEN - _GATE_SHUT) / (2 * GATE_WIDTH)
    side = 1.0 if plane == 2 else -1.0
    row = np.zeros(CHANNELS)
    row[ABOVE[plane]] = side * slope / 2
    row[BELOW[plane]] = -side * slope / 2
    return row, (_GATE_OPEN + _GATE_SHUT) / 2


def solidity_density(solidity: FloatArray) -> FloatArray:
    """Return the density inside the solid of a solidity, any shape, per canonical unit."""
    decoder = analytic_decoder()
    total = np.zeros(solidity.shape)
    for unit in np.flatnonzero(decoder.w1[:, SOLIDITY]):
        hidden = solidity * decoder.w1[unit, SOLIDITY] / 3 + decoder.b1[unit]
        total += np.logaddexp(0, hidden) * decoder.w2[0, unit]
    return np.logaddexp(0, total).astype(np.float32)


def opacity_solidity(opacity: FloatArray, depth: float) -> FloatArray:
    """Return the solidity that gives ``opacity`` over a path of length ``depth``; at most 2.3."""
    knots = np.linspace(-0.3, 2.3, 1024, dtype=np.float32)
    reached = -np.expm1(-depth * solidity_density(knots))
    return np.interp(opacity, reached, knots).astype(np.float32)


def logits(rgb: FloatArray) -> FloatArray:
    """Return the logits that decode to sRGB ``rgb`` in 0..1, limited to what is well behaved."""
    share = (rgb + COLOUR_MARGIN) / (1 + 2 * COLOUR_MARGIN)
    limit = 1 / (1 + np.exp(-LOGIT_LIMIT))
    share = np.clip(share, 1 - limit, limit)
    return np.asarray(np.log(share / (1 - share)), np.float32)


def pattern_gate(pattern: FloatArray) -> FloatArray:
    """Return the share in 0..1 of a small detail that shows at a value of its pattern."""
    return (1 / (1 + np.exp(-pattern))).astype(np.float32)
