"""Reading arrays out of the pickles in which FLAME is distributed, without trusting them.

A pickle is a program. Every global it asks for is looked up in a fixed table that leads to inert
classes of this file, and anything else stops it, so that it never holds something worth calling.
numpy, scipy and chumpy themselves are never called with anything from the file: the classes keep
what they were given, and arrays are rebuilt afterwards from checked shapes, types and bytes.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInput

SIZE_LIMIT = 512 * 1024 * 1024
_ELEMENT_LIMIT = 64_000_000
_AXES_LIMIT = 6
_CHUMPY_DEPTH = 8
_TYPE_CODE = re.compile(r"[<>=|]?([bf][248]|[iu][1248]|b1|\?)")
_REMEDY = "use the file as its authors distribute it, or convert it to .npz"
_FORBIDDEN = (
    pickle.EXT1,
    pickle.EXT2,
    pickle.EXT4,
    pickle.PERSID,
    pickle.BINPERSID,
    pickle.NEXT_BUFFER,
    pickle.READONLY_BUFFER,
    pickle.EMPTY_SET,
    pickle.ADDITEMS,
    pickle.FROZENSET,
)


class _Refused(Exception):
    """What the pickle does that it must not, as the middle of a sentence."""


class _Inert:
    """Holder of whatever state a pickle gives an object; calls nothing."""

    __slots__ = ("arguments", "state")

    def __new__(cls, *_: Any, **__: Any) -> Any:
        instance = object.__new__(cls)
        instance.arguments = ()
        instance.state = None
        return instance

    def __init__(self, *arguments: Any) -> None:
        self.arguments: tuple[Any, ...] = arguments
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Array(_Inert):
    __slots__ = ()


class _Dtype(_Inert):
    __slots__ = ()


class _Scalar(_Inert):
    __slots__ = ()


class _Sparse(_Inert):
    __slots__ = ()


class _SparseRows(_Sparse):
    __slots__ = ()


class _Chumpy(_Inert):
    __slots__ = ()


class _FromBuffer(_Inert):
    __slots__ = ()


class _Reconstruct:
    """Stands for numpy's ``_reconstruct`` and copyreg's ``_reconstructor``."""

    def __new__(cls, kind: Any, *_: Any) -> Any:
        if not (isinstance(kind, type) and issubclass(kind, _Inert)):
            raise _Refused("rebuilds an object of an unknown kind")
        return kind()

    def __setstate__(self, state: Any) -> None:
        raise _Refused("changes a function")


class _Encode:
    """Stands for ``_codecs.encode``, with which Python 3 writes bytes into old protocols."""

    def __new__(cls, text: Any, encoding: Any = "latin1") -> Any:
        if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
            raise _Refused("uses an unknown text encoding")
        return text.encode("latin1")

    def __setstate__(self, state: Any) -> None:
        raise _Refused("changes a function")


_GLOBALS: dict[tuple[str, str], type] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("copy_reg", "_reconstructor"): _Reconstruct,
    ("copyreg", "_reconstructor"): _Reconstruct,
    ("__builtin__", "object"): _Inert,
    ("builtins", "object"): _Inert,
    ("_codecs", "encode"): _Encode,
}
for _core in ("numpy.core", "numpy._core"):
    _GLOBALS[(f"{_core}.multiarray", "_reconstruct")] = _Reconstruct
    _GLOBALS[(f"{_core}.multiarray", "scalar")] = _Scalar
    _GLOBALS[(f"{_core}.numeric", "_frombuffer")] = _FromBuffer
for _kind, _holder in (("csc", _Sparse), ("csr", _SparseRows)):
    for _module in (_kind, f"_{_kind}", "_arrays"):
        for _suffix in ("matrix", "array"):
            _GLOBALS[(f"scipy.sparse.{_module}", f"{_kind}_{_suffix}")] = _holder


def find_class(module: str, name: str) -> type:
    """The inert class that stands for a global; raises ``_Refused`` for all that are not known."""
    if (module == "chumpy" or module.startswith("chumpy.")) and name.isidentifier():
        return _Chumpy
    holder = _GLOBALS.get((module, name))
    if holder is None:
        raise _Refused(f"asks for {module[:60]}.{name[:60]}, which no FLAME file needs")
    return holder


# Any, as the type stubs know the class only by name.
_PythonUnpickler: Any = pickle._Unpickler


class _Unpickler(_PythonUnpickler):  # type: ignore[misc]
    """The pure-Python unpickler under tighter rules.

    The C one allocates a memo table as long as the largest index a file names, and neither can be
    asked to look at dictionary keys, whose hashing a nest of tuples makes exponentially slow.
    """

    def find_class(self, module: str, name: str) -> Any:
        return find_class(module, name)

    def persistent_load(self, pid: Any) -> Any:
        raise _Refused("refers to objects outside of the file")

    def _forbidden(self) -> None:
        raise _Refused("uses an operation that no FLAME file needs")

    def _one_key(self) -> None:
        _check_keys(self.stack[-2:-1])
        _PythonUnpickler.dispatch[pickle.SETITEM[0]](self)

    def _keys(self) -> None:
        _check_keys(self.stack[::2])
        _PythonUnpickler.dispatch[pickle.SETITEMS[0]](self)

    def _dict(self) -> None:
        _check_keys(self.stack[::2])
        _PythonUnpickler.dispatch[pickle.DICT[0]](self)

    dispatch = {
        **_PythonUnpickler.dispatch,
        **dict.fromkeys((code[0] for code in _FORBIDDEN), _forbidden),
        pickle.SETITEM[0]: _one_key,
        pickle.SETITEMS[0]: _keys,
        pickle.DICT[0]: _dict,
    }


def _check_keys(keys: list[Any]) -> None:
    if not all(type(key) in (str, int, bytes) for key in keys):
        raise _Refused("holds a dictionary with odd keys")


def read_pickled_arrays(path: str | Path) -> dict[str, NDArray[Any]]:
    """The arrays in the dictionary that a pickle file holds.

    Reads Python 2 and 3 pickles of any protocol; sparse matrices become dense, chumpy variables
    their values; entries that are not numeric arrays are left out.

    Raises ``BadInput`` with one sentence for a file that asks for anything else than arrays, is
    damaged or larger than 512 MiB.
    """
    path = Path(path)
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise _Refused(f"is larger than {SIZE_LIMIT // 2**20} MiB")
        return _read(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror or error}).") from error
    except _Refused as refused:
        raise BadInput(f"{path} is not a safe pickle: it {refused}; {_REMEDY}.") from None


def _read(content: bytes) -> dict[str, NDArray[Any]]:
    try:
        loaded = _Unpickler(io.BytesIO(content), encoding="latin1").load()
    except _Refused:
        raise
    # Whatever a broken opcode stream provokes in the standard library; nothing of ours runs there.
    except Exception as error:
        raise _Refused(f"is damaged ({type(error).__name__})") from None
    if type(loaded) is not dict:
        raise _Refused("does not hold a dictionary")
    arrays = {name: _resolve(value) for name, value in loaded.items() if isinstance(name, str)}
    return {name: array for name, array in arrays.items() if array is not None}


def _resolve(value: Any, depth: int = 0) -> NDArray[Any] | None:
    """The numeric array behind a loaded value, or None when there is none."""
    if isinstance(value, _Chumpy):
        state = value.state
        inside = state.get("x") if type(state) is dict else None
        return _resolve(inside, depth + 1) if depth < _CHUMPY_DEPTH else None
    if isinstance(value, _Sparse):
        return _dense(value)
    if isinstance(value, _Array):
        return _array(value)
    if isinstance(value, _FromBuffer):
        return _from_buffer(value)
    return None


def _array(value: _Array) -> NDArray[Any] | None:
    # numpy's state: (version, shape, dtype, is_fortran, bytes), the version absent in old files.
    state = value.state
    if type(state) is not tuple or len(state) not in (4, 5):
        raise _Refused("holds an array without content")
    shape, dtype, fortran, raw = state[-4:]
    return _build(shape, dtype, "F" if fortran else "C", raw)


def _from_buffer(value: _FromBuffer) -> NDArray[Any] | None:
    # numpy's protocol 5: _frombuffer(bytes, dtype, shape, order).
    if len(value.arguments) < 4:
        raise _Refused("holds an array without content")
    raw, dtype, shape, order = value.arguments[:4]
    return _build(shape, dtype, order, raw)


def _build(shape: Any, dtype: Any, order: Any, raw: Any) -> NDArray[Any] | None:
    if type(shape) is not tuple or len(shape) > _AXES_LIMIT:
        raise _Refused("holds an array of impossible shape")
    if not all(type(axis) is int and 0 <= axis <= _ELEMENT_LIMIT for axis in shape):
        raise _Refused("holds an array of impossible shape")
    plain = _plain_dtype(dtype)
    if plain is None or type(raw) is list:
        return None  # text or objects: nothing FLAME needs
    if type(raw) is str:
        try:
            raw = raw.encode("latin1")
        except UnicodeEncodeError:
            raise _Refused("holds an array whose bytes are text") from None
    count = math.prod(shape)
    if type(raw) not in (bytes, bytearray) or len(raw) != count * plain.itemsize:
        raise _Refused("holds an array whose shape and bytes disagree")
    flat = np.frombuffer(raw, dtype=plain, count=count)
    return flat.reshape(shape, order="F" if order == "F" else "C")


def _plain_dtype(value: Any) -> np.dtype[Any] | None:
    """The boolean, integer or float dtype that a pickled dtype means, or None for other kinds."""
    if not isinstance(value, _Dtype) or not value.arguments:
        raise _Refused("holds an array without a type")
    code = value.arguments[0]
    if type(code) is bytes:
        code = code.decode("latin1")
    if type(code) is not str or not _TYPE_CODE.fullmatch(code):
        return None
    # numpy's state: (version, byte order, ...); files without one are little-endian.
    state = value.state
    order = state[1] if type(state) is tuple and len(state) > 1 else code[0]
    try:
        return np.dtype(code).newbyteorder(">" if order == ">" else "<")
    except TypeError:
        return None


def _dense(value: _Sparse) -> NDArray[Any]:
    """Dense (rows, columns) matrix of compressed columns or rows."""
    state = value.state if type(value.state) is dict else {}
    shape = state.get("_shape", state.get("shape"))
    parts = [_resolve(state.get(name)) for name in ("data", "indices", "indptr")]
    data, indices, pointers = parts
    if type(shape) is not tuple or len(shape) != 2 or data is None:
        raise _Refused("holds an incomplete sparse matrix")
    if not all(type(axis) is int and axis >= 0 for axis in shape):
        raise _Refused("holds a sparse matrix of impossible shape")
    if math.prod(shape) > _ELEMENT_LIMIT or indices is None or pointers is None:
        raise _Refused("holds an incomplete or oversized sparse matrix")
    by_rows = isinstance(value, _SparseRows)
    major, minor = shape if by_rows else shape[::-1]
    starts = pointers.astype(np.int64)
    lengths: NDArray[np.int64] = starts[1:] - starts[:-1]
    consistent = (
        pointers.shape == (major + 1,)
        and data.ndim == 1
        and data.shape == indices.shape
        and (lengths >= 0).all()
        and pointers[0] == 0
        and pointers[-1] == len(data)
        and (indices.size == 0 or (indices.min() >= 0 and indices.max() < minor))
    )
    if not consistent:
        raise _Refused("holds an inconsistent sparse matrix")
    dense = np.zeros((major, minor), data.dtype.newbyteorder("="))
    np.add.at(dense, (np.repeat(np.arange(major), lengths), indices.astype(np.int64)), data)
    return dense if by_rows else dense.T
