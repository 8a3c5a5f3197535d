"""One row of one triangle in the z-buffer, sixteen samples at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from models.render.simd import FLOATS, INTS, LANES, element_pointer, splat

_intrinsic: Callable[[Callable[..., Any]], Callable[..., Any]] = intrinsic


@_intrinsic
def draw_span(
    _typing: Any,
    nearness: Any,
    limit: Any,
    owner: Any,
    index: Any,
    starts: Any,
    slopes: Any,
    face: Any,
    slack: Any,
    furthest: Any,
) -> Any:
    """Draw ``face`` into the sixteen samples from ``index`` on.

    ``nearness``, ``limit`` (float32) and ``owner`` (int32) are addresses. ``starts`` and
    ``slopes`` are the three edge functions at the first sample and their change per sample. A
    sample is taken where all edge functions reach ``slack`` and their sum, 1/depth, exceeds
    ``nearness`` and ``limit`` and stays below ``furthest``. Comparisons with NaN are false.
    """
    triple: Any = types.UniTuple
    edges = triple(types.float32, 3)
    signature = types.void(
        types.int64, types.int64, types.int64, types.int64, edges, edges, types.int32,
        types.float32, types.float32,
    )  # fmt: skip

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        ramp = ir.Constant(FLOATS, [float(lane) for lane in range(LANES)])
        lowest = splat(builder, args[7])
        total, inside = None, None
        for corner in range(3):
            start = splat(builder, builder.extract_value(args[4], corner))
            slope = splat(builder, builder.extract_value(args[5], corner))
            value = builder.fadd(start, builder.fmul(slope, ramp))
            good = builder.fcmp_ordered(">=", value, lowest)
            total = value if total is None else builder.fadd(total, value)
            inside = good if inside is None else builder.and_(inside, good)
        kinds = (ir.FloatType(), ir.FloatType(), ir.IntType(32))
        vectors = (FLOATS, FLOATS, INTS)
        pointers = [
            builder.bitcast(element_pointer(builder, base, args[3], kind), ir.PointerType(vector))
            for base, kind, vector in zip(args[:3], kinds, vectors, strict=True)
        ]
        before, bound, number = (builder.load(pointer, align=4) for pointer in pointers)
        for edge in (before, bound):
            inside = builder.and_(inside, builder.fcmp_ordered(">", total, edge))
        last = splat(builder, args[8])
        inside = builder.and_(inside, builder.fcmp_ordered("<", total, last))
        mine = builder.bitcast(splat(builder, builder.bitcast(args[6], ir.FloatType())), INTS)
        builder.store(builder.select(inside, total, before), pointers[0], align=4)
        builder.store(builder.select(inside, mine, number), pointers[2], align=4)
        return context.get_dummy_value()

    return signature, generate
