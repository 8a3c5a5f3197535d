"""Sixteen-lane float vectors for numba kernels.

LLVM's loop vectoriser keeps a small matrix product's accumulators in memory, because it cannot
prove that numba arrays do not overlap. These few intrinsics name the vectors explicitly, so that
accumulators live in registers; LLVM splits sixteen lanes into whatever the processor has (AVX-512,
AVX2, NEON). Addresses are plain integers (``array.ctypes.data``), indices count elements.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic, models, register_model

LANES = 16
_intrinsic: Callable[[Callable[..., Any]], Callable[..., Any]] = intrinsic
FLOATS = ir.VectorType(ir.FloatType(), LANES)
INTS = ir.VectorType(ir.IntType(32), LANES)


class Float32x16(types.Type):
    """Numba type of a vector of sixteen float32 lanes."""

    def __init__(self) -> None:
        super().__init__(name="Float32x16")


float32x16 = Float32x16()


@register_model(Float32x16)
class _Float32x16Model(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        parent: Any = super()
        parent.__init__(dmm, fe_type, FLOATS)


def _declared(builder: Any, kind: Any, name: str) -> Any:
    """Return LLVM's own function ``name``, declared in this module on first use."""
    return builder.module.globals.get(name) or ir.Function(builder.module, kind, name)


def element_pointer(builder: Any, address: Any, index: Any, element: Any) -> Any:
    """Pointer to element ``index`` of type ``element`` behind an integer address (LLVM IR)."""
    base = builder.inttoptr(address, ir.PointerType(element))
    return builder.gep(base, [index])


@_intrinsic
def load(_typing: Any, address: Any, index: Any) -> Any:
    """Return sixteen float32 starting at element ``index`` of ``address``."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        pointer = element_pointer(builder, args[0], args[1], ir.FloatType())
        return builder.load(builder.bitcast(pointer, ir.PointerType(FLOATS)), align=4)

    return float32x16(types.int64, types.int64), generate


@_intrinsic
def store(_typing: Any, address: Any, index: Any, value: Any) -> Any:
    """Write sixteen float32 from element ``index`` of ``address`` on."""

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        pointer = element_pointer(builder, args[0], args[1], ir.FloatType())
        builder.store(args[2], builder.bitcast(pointer, ir.PointerType(FLOATS)), align=4)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, float32x16), generate


def splat(builder: Any, scalar: Any) -> Any:
    """Vector with ``scalar`` in every lane (LLVM IR)."""
    zero = ir.Constant(ir.IntType(32), 0)
    single = builder.insert_element(ir.Constant(FLOATS, ir.Undefined), scalar, zero)
    mask = ir.Constant(INTS, [0] * LANES)
    return builder.shuffle_vector(single, ir.Constant(FLOATS, ir.Undefined), mask)


@_intrinsic
def broadcast(_typing: Any, value: Any) -> Any:
    """Return the float32 ``value`` in every lane."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return splat(builder, args[0])

    return float32x16(types.float32), generate


@_intrinsic
def broadcast_load(_typing: Any, address: Any, index: Any) -> Any:
    """Return the float32 at element ``index`` of ``address`` in every lane."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        pointer = element_pointer(builder, args[0], args[1], ir.FloatType())
        return splat(builder, builder.load(pointer, align=4))

    return float32x16(types.int64, types.int64), generate


@_intrinsic
def multiply_add(_typing: Any, left: Any, right: Any, addend: Any) -> Any:
    """Return ``left * right + addend`` (fused where the processor can)."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(FLOATS, [FLOATS] * 3)
        name = f"llvm.fmuladd.v{LANES}f32"
        function = _declared(builder, kind, name)
        return builder.call(function, args)

    return float32x16(float32x16, float32x16, float32x16), generate


@_intrinsic
def multiply(_typing: Any, left: Any, right: Any) -> Any:
    """Return ``left * right``."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.fmul(args[0], args[1])

    return float32x16(float32x16, float32x16), generate


@_intrinsic
def add(_typing: Any, left: Any, right: Any) -> Any:
    """Return ``left + right``."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.fadd(args[0], args[1])

    return float32x16(float32x16, float32x16), generate


@_intrinsic
def maximum(_typing: Any, left: Any, right: Any) -> Any:
    """Return the larger of each pair of lanes."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", args[0], args[1]), args[0], args[1])

    return float32x16(float32x16, float32x16), generate


@_intrinsic
def minimum(_typing: Any, left: Any, right: Any) -> Any:
    """Return the smaller of each pair of lanes."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", args[0], args[1]), args[0], args[1])

    return float32x16(float32x16, float32x16), generate


@_intrinsic
def total(_typing: Any, value: Any) -> Any:
    """Return the sum of all lanes."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.FloatType(), [ir.FloatType(), FLOATS])
        name = f"llvm.vector.reduce.fadd.v{LANES}f32"
        function = _declared(builder, kind, name)
        start = ir.Constant(ir.FloatType(), -0.0)
        return builder.call(function, [start, args[0]], fastmath=("reassoc",))

    return types.float32(float32x16), generate


@_intrinsic
def take_number(_typing: Any, address: Any) -> Any:
    """Return the int64 at ``address`` and add one to it, atomically."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], ir.PointerType(ir.IntType(64)))
        return builder.atomic_rmw("add", pointer, ir.Constant(ir.IntType(64), 1), "monotonic")

    return types.int64(types.int64), generate


@_intrinsic
def divide(_typing: Any, left: Any, right: Any) -> Any:
    """Return ``left / right``."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.fdiv(args[0], args[1])

    return float32x16(float32x16, float32x16), generate
