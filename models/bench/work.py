"""What the narrow-band renderer has to do for a frame: samples, operations, bytes.

Counted from the frame itself: the kernel says how many points it shaded and how many samples that
took; what a sample costs follows from the widths of the packed fields and decoder.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.bench.limits import Limits

PLANES, CORNERS = 3, 4
_SOFTPLUS = 19
"""Operations of `models.render.decode.softplus`: five multiply-adds, nine others."""
_SIGMOID = 42
"""Of `sigmoid`: two decays of sixteen operations, three around each, a division and the margin."""


@dataclass(frozen=True)
class FrameWork:
    """One frame's work.

    Attributes:
        pixels: of the picture; points: shaded; samples: along their rays, each with three plane
            lookups of four texels.
        channels, hidden: widths that the kernel computes with, padded to whole vectors.
    """

    pixels: int
    points: int
    samples: int
    channels: int
    hidden: int

    @property
    def operations(self) -> int:
        """Floating-point operations of lookups, decoder and activations; a multiply-add is two."""
        lookups = PLANES * CORNERS * 2 * self.channels + (PLANES - 1) * self.channels
        layers = 2 * self.channels * self.hidden + 2 * 4 * self.hidden
        activations = _SOFTPLUS * (self.hidden + 1) + 3 * _SIGMOID
        return self.samples * (lookups + layers + activations)

    @property
    def texel_bytes(self) -> int:
        """Bytes of texels that the lookups read, from caches or memory."""
        return self.samples * PLANES * CORNERS * self.channels * 4


@dataclass(frozen=True)
class Distance:
    """How near the shading comes to the machine's limits.

    Attributes:
        seconds: of the shading alone; gflops, texel_gbs: what it reached.
        share_of_product: of the matrix product's GFLOP/s; share_of_triad: texels read over the
            triad's traffic, above 1 where caches serve them.
        seconds_at_limit: what the operations would take at the matrix product's rate.
    """

    seconds: float
    gflops: float
    texel_gbs: float
    share_of_product: float
    share_of_triad: float
    seconds_at_limit: float


def distance_to_limits(work: FrameWork, seconds: float, limits: Limits) -> Distance:
    """Compare the shading of ``work`` in ``seconds`` with the limits."""
    gflops = work.operations / seconds / 1e9
    traffic = work.texel_bytes / seconds / 1e9
    return Distance(
        seconds=seconds,
        gflops=gflops,
        texel_gbs=traffic,
        share_of_product=gflops / limits.gflops,
        share_of_triad=traffic / limits.triad_gbs,
        seconds_at_limit=work.operations / limits.gflops / 1e9,
    )
