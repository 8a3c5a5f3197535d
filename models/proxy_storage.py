"""The proxy and its rig as arrays of a `.avatar` file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part, Proxy
from models.animate.rig import JOINTS, Rig
from models.animate.shape_basis import SHAPE_COUNT
from models.avatar_schema import FARTHEST, Arrays, ArraySpec, SchemaFault, require
from models.pose import ARKIT_NAMES, EXPRESSION_COUNT

_EXPRESSION = "rig.expression."
_VEILS = "rig.veils."
_LARGEST_COEFFICIENT = 1e4
"""Of what maps coefficients to coefficients, or to openings of the mouth."""

_RIG_SPECS = {
    "rig.rest": ArraySpec.of("float32", "vertices", 3),
    "rig.blend_start": ArraySpec.of("int32", len(ARKIT_NAMES) + 1),
    "rig.blend_vertex": ArraySpec.of("int32", "displacements"),
    "rig.blend_delta": ArraySpec.of("float32", "displacements", 3),
    "rig.weights": ArraySpec.of("float32", "vertices", len(JOINTS)),
    "rig.pivots": ArraySpec.of("float32", len(JOINTS), 3),
    "rig.jaw_motion": ArraySpec.of("float32", len(ARKIT_NAMES), 6),
    "rig.lid_vertices": ArraySpec.of("int32", "lids"),
    "rig.lid_sphere": ArraySpec.of("float32", "lids", 4),
    "rig.seal_vertex": ArraySpec.of("int32", "sealed"),
    "rig.seal_delta": ArraySpec.of("float32", "sealed", 3),
    "rig.seal_release": ArraySpec.of("float32", 1),
}
_EXPRESSION_SPECS = {
    f"{_EXPRESSION}{name}": ArraySpec.of(dtype, *shape, optional=True)
    for name, dtype, *shape in (
        ("basis", "float16", EXPRESSION_COUNT, "controls", 3),
        ("vertex", "int32", "followers"),
        ("start", "int32", None),
        ("control", "uint16", "followings"),
        ("share", "float16", "followings"),
        ("opening", "float32", EXPRESSION_COUNT),
        ("mirror", "float32", EXPRESSION_COUNT, EXPRESSION_COUNT),
    )
}
_SHAPE_SPECS = {
    "rig.shape.delta": ArraySpec.of("float16", SHAPE_COUNT, "vertices", 3, optional=True),
    "rig.shape.pivots": ArraySpec.of("float32", SHAPE_COUNT, len(JOINTS), 3, optional=True),
}
_VEIL_SPECS = {
    f"{_VEILS}{name}": ArraySpec.of(dtype, *shape, optional=True)
    for name, dtype, *shape in (
        ("vertex_start", "int32", None),
        ("vertex", "int32", "veiled"),
        ("margin", "int32", "veiled", 6),
        ("hold", "float32", "veiled", 6),
        ("skin", "int32", "veiled"),
        ("offset", "float32", "veiled", 3, 2),
        ("lag", "float32", "veiled"),
        ("lead", "float32", "veiled"),
        ("face_start", "int32", None),
        ("face", "int32", "veil faces", 3),
        ("below_start", "int32", None),
        ("below", "int32", "covered", 3),
        ("blink", "int32", "veils"),
        ("sets_in", "float32", "veils"),
        ("eyeball", "float32", "veils", 4),
    )
}
PROXY_SPECS = {
    "canonical": ArraySpec.of("float32", "vertices", 3),
    "faces": ArraySpec.of("int32", "faces", 3),
    "part": ArraySpec.of("uint8", "faces"),
    "soft": ArraySpec.of("bool", "faces"),
    **_RIG_SPECS,
    **_EXPRESSION_SPECS,
    **_SHAPE_SPECS,
    **_VEIL_SPECS,
}
"""What a file holds; FLAME's expression and shape are there for FLAME heads, veils for eyes that
the photo shows open."""


def proxy_arrays(proxy: Proxy) -> dict[str, NDArray[Any]]:
    """The arrays of ``PROXY_SPECS``."""
    return {
        "canonical": proxy.canonical,
        "faces": proxy.faces,
        "part": proxy.part,
        "soft": proxy.soft,
        **{f"rig.{name}": array for name, array in proxy.rig.arrays().items()},
    }


def read_proxy(arrays: Arrays) -> Proxy:
    """The proxy and its rig in arrays of a file.

    Every index is checked, since kernels do not. Raises ``SchemaFault`` naming the first array
    that holds what it must not.
    """
    vertices = len(arrays["canonical"])
    start = arrays["rig.blend_start"]
    require("rig.blend_start", start[0] == 0 and start[-1] == len(arrays["rig.blend_vertex"]))
    require("rig.blend_start", bool((np.diff(start) >= 0).all()))
    for name, indices in arrays.items():
        if indices.dtype == np.int32 and not name.endswith("start"):
            require(name, not indices.size or (indices.min() >= 0 and indices.max() < vertices))
    require("faces", len(arrays["faces"]) > 0)
    require("part", bool((arrays["part"] < len(Part)).all()))
    for name, array in arrays.items():
        if array.dtype.kind == "f":
            limit = _LARGEST_COEFFICIENT if name.startswith(_EXPRESSION) else FARTHEST
            require(name, not array.size or bool(np.abs(array).max() <= limit))
    rig = _read_rig(arrays)
    return Proxy(arrays["canonical"], arrays["faces"], arrays["part"], arrays["soft"], rig)


def _read_rig(arrays: Arrays) -> Rig:
    for specs in (_EXPRESSION_SPECS, _SHAPE_SPECS, _VEIL_SPECS):
        if len(specs.keys() & arrays.keys()) not in (0, len(specs)):
            raise SchemaFault("arrays of the head's components are missing")
    own = {k.removeprefix("rig."): v for k, v in arrays.items() if k.startswith("rig.")}
    rig = Rig.of(own)
    if rig.expression is not None:
        fault = rig.expression.fault(len(rig.rest))
        require(_EXPRESSION + fault, not fault)
    if rig.veils is not None:
        fault = rig.veils.fault()
        require(_VEILS + fault, not fault)
    return rig
