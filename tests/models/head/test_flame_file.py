"""FLAME files: what is read, what is refused."""

from __future__ import annotations

import io
import os
import pickle
import sys
import time
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import BadInput
from models.head.flame_file import FlameArrays, load_flame
from models.head.flame_unpickler import read_pickled_arrays
from tests.models.head.flame_like import flame_arrays, flame_dictionary


class Ch:
    """Shaped like a chumpy variable: an object whose state has the values under ``x``."""

    def __init__(self, x: np.ndarray) -> None:
        self.x = x
        self._dirty = True


@pytest.fixture
def chumpy(monkeypatch: pytest.MonkeyPatch) -> type[Ch]:
    """``Ch`` as if it came from an installed chumpy."""
    module = types.ModuleType("chumpy.ch")
    monkeypatch.setattr(Ch, "__module__", "chumpy.ch")
    monkeypatch.setattr(module, "Ch", Ch, raising=False)
    monkeypatch.setitem(sys.modules, "chumpy", types.ModuleType("chumpy"))
    monkeypatch.setitem(sys.modules, "chumpy.ch", module)
    return Ch


def _equal(a: FlameArrays, b: FlameArrays) -> None:
    for name in FlameArrays.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_pickles_with_chumpy_and_sparse_members_are_read(
    tmp_path: Path, chumpy: type[Ch], protocol: int
) -> None:
    d: dict[str, Any] = dict(flame_dictionary())
    d["shapedirs"] = chumpy(d["shapedirs"].astype(np.float32))
    d["J_regressor"] = scipy.sparse.csc_matrix(d["J_regressor"])
    d["posedirs"] = np.asfortranarray(d["posedirs"].astype(">f4"))
    d.update(bs_style="lbs", bs_type="lrotmin", names=np.array(["a", None], object), answer=42)
    path = tmp_path / "generic_model.pkl"
    path.write_bytes(pickle.dumps(d, protocol=protocol))
    _equal(load_flame(path), flame_arrays())


def test_npz_is_read(tmp_path: Path) -> None:
    path = tmp_path / "flame.npz"
    np.savez(path, **flame_dictionary(), note=np.array(["x"]))
    _equal(load_flame(path), flame_arrays())


def test_python_2_pickles_are_read(tmp_path: Path) -> None:
    # What Python 2 writes for {'v': numpy.array([1.5, -2.0])}: bytes as text, numpy.core modules.
    raw = np.array([1.5, -2.0]).tobytes()
    head = (
        b"(dp0\nS'v'\np1\ncnumpy.core.multiarray\n_reconstruct\np2\n(cnumpy\nndarray\np3\n(I0\ntp4\n"
        b"S'b'\np5\ntp6\nRp7\n(I1\n(I2\ntp8\ncnumpy\ndtype\np9\n(S'f8'\np10\nI0\nI1\ntp11\nRp12\n"
        b"(I3\nS'<'\np13\nNNNI-1\nI-1\nI0\ntp14\nbI00\n"
    )
    path = tmp_path / "old.pkl"
    path.write_bytes(head + b"S" + repr(raw)[1:].encode() + b"\np15\ntp16\nbs.")
    np.testing.assert_array_equal(read_pickled_arrays(path)["v"], [1.5, -2.0])


@pytest.mark.parametrize("kind", ["csc_matrix", "csr_matrix", "csc_array", "csr_array"])
def test_sparse_matrices_become_dense(tmp_path: Path, kind: str) -> None:
    dense = np.array([[0, 1, 0], [2.5, 0, 3], [0, 0, 0], [4, 5, 6]])
    path = tmp_path / "s.pkl"
    path.write_bytes(pickle.dumps({"m": getattr(scipy.sparse, kind)(dense)}))
    np.testing.assert_array_equal(read_pickled_arrays(path)["m"], dense)


class _Call:
    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


def _touch(path: Path) -> bytes:
    return f"touch {path}".encode()


def _hostile(mark: Path) -> dict[str, bytes]:
    command = _touch(mark)
    line = f"touch {mark}"
    return {
        "reduce": pickle.dumps({"v": _Call(os.system, line)}, protocol=2),
        "eval": pickle.dumps({"v": _Call(eval, f"open({str(mark)!r}, 'w')")}),
        "getattr": b"c__builtin__\ngetattr\n(cos\npath\nS'join'\ntR.",
        "inst": b"(S'" + command + b"'\nios\nsystem\n.",
        "obj": b"(cos\nsystem\nS'" + command + b"'\no.",
        "newobj": b"\x80\x02csubprocess\nPopen\n(]q\x00S'" + command + b"'\nat\x81.",
        "stack_global": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c"
        + bytes([len(command)])
        + command
        + b"\x85R.",
        "newobj_ex": b"\x80\x04\x8c\x0asubprocess\x8c\x05Popen\x93)}\x92.",
        "dotted": b"\x80\x04\x8c\x05numpy\x8c\x0dndarray.tofile\x93.",
        "numpy_load": b"cnumpy\nload\n(S'x'\ntR.",
        "numpy_exec": b"cnumpy.testing._private.utils\nrunstring\n(S'1'\n}tR.",
        "chumpy_dotted": b"\x80\x04\x8c\x06chumpy\x8c\x0cos.path.join\x93.",
        "rebuild": b"ccopy_reg\n_reconstructor\n(c__builtin__\nobject\nc__builtin__\neval\nNtR.",
        "extension": b"\x80\x02\x82\x01.",
        "persistent": b"Pos.system\n.",
        "encode": b"c_codecs\nencode\n(S'x'\nS'rot13'\ntR.",
        "change_function": b"c_codecs\nencode\n}S'__doc__'\nS'x'\nsb.",
        "change_class": b"cnumpy\nndarray\nN}S'__reduce__'\nS'x'\ns\x86b.",
        "change_instance": b"cnumpy\ndtype\n)RN}S'__class__'\nS'x'\ns\x86b.",
    }


@pytest.mark.parametrize("name", sorted(_hostile(Path("x"))))
def test_hostile_pickles_do_nothing(tmp_path: Path, name: str) -> None:
    mark = tmp_path / "mark"
    path = tmp_path / "flame2023.pkl"
    path.write_bytes(_hostile(mark)[name])
    with pytest.raises(BadInput) as caught:
        load_flame(path)
    assert "flame2023.pkl" in str(caught.value)
    assert "safe pickle" in str(caught.value)
    assert not mark.exists()


def test_the_hostile_command_would_have_worked(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    pickle.loads(_hostile(mark)["reduce"])
    assert mark.exists()


def test_memory_and_time_bombs_are_refused(tmp_path: Path) -> None:
    nest = b"(" + b")" + b"".join(b"q%c2h%c\x86" % (i, i) for i in range(60))
    bombs = [
        b"\x80\x02}r\xff\xff\xff\xfe.",  # memo index: harmless here, an empty dictionary
        b"\x80\x02}" + nest[1:] + b"Ns.",  # a key whose hash takes 2**60 steps
        b"\x80\x04" + b"\x8e" + (2**62).to_bytes(8, "little") + b"abc.",
        b"\x80\x05" + b"\x96" + (2**62).to_bytes(8, "little") + b"abc.",
        b"(" * 1000 + b".",
    ]
    start = time.monotonic()
    for content in bombs:
        path = tmp_path / "bomb.pkl"
        path.write_bytes(content)
        with pytest.raises(BadInput, match=r"bomb\.pkl"):
            load_flame(path)
    assert time.monotonic() - start < 5.0


@pytest.mark.parametrize(
    "state",
    [
        (1, (5,), np.dtype("f8"), False, b"1234"),
        (1, (-1,), np.dtype("f8"), False, b""),
        (1, (2**40, 2**40), np.dtype("f8"), False, b""),
        (1, (1,), "f8", False, b"12345678"),
        (1,),
        None,
    ],
)
def test_arrays_that_contradict_themselves_are_refused(tmp_path: Path, state: Any) -> None:
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, protocol=2)
    from numpy._core.multiarray import _reconstruct

    class Forged:
        def __reduce__(self) -> Any:
            return _reconstruct, (np.ndarray, (0,), b"b"), state

    pickler.dump({"v": Forged()})
    path = tmp_path / "forged.pkl"
    path.write_bytes(stream.getvalue())
    with pytest.raises(BadInput, match=r"forged\.pkl"):
        read_pickled_arrays(path)


def test_inconsistent_sparse_matrices_are_refused(tmp_path: Path) -> None:
    for name, value in (
        ("indices", np.array([0, 99, 1], np.int32)),
        ("indices", np.array([0, -1, 1], np.int32)),
        ("indptr", np.array([0, 3, 2, 3], np.int32)),
        ("data", np.ones(2)),
        ("_shape", (10**6, 10**6)),
    ):
        matrix = scipy.sparse.csc_matrix(np.eye(3))
        matrix.__dict__[name] = value
        path = tmp_path / "sparse.pkl"
        path.write_bytes(pickle.dumps({"m": matrix}))
        with pytest.raises(BadInput, match="sparse"):
            read_pickled_arrays(path)


SMALL = pickle.dumps(
    {"a": np.arange(6.0).reshape(2, 3), "s": scipy.sparse.csc_matrix(np.eye(2)), "n": 3},
    protocol=2,
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(position=st.integers(0, len(SMALL) - 1), value=st.integers(0, 255), cut=st.booleans())
def test_damaged_pickles_end_in_one_sentence(
    tmp_path: Path, position: int, value: int, cut: bool
) -> None:
    damaged = bytearray(SMALL)
    damaged[position] = value
    path = tmp_path / "damaged.pkl"
    path.write_bytes(damaged[:position] if cut else damaged)
    try:
        arrays = read_pickled_arrays(path)
    except BadInput as error:
        assert "damaged.pkl" in str(error)
    else:
        assert all(isinstance(array, np.ndarray) for array in arrays.values())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"posedirs": None}, "posedirs is missing"),
        ({"v_template": np.zeros((6890, 3))}, "v_template has shape"),
        ({"shapedirs": np.zeros((5023, 3, 10))}, "shapedirs has shape"),
        ({"weights": np.zeros((5023, 5))}, "sum to 1"),
        ({"v_template": np.full((5023, 3), np.nan)}, "finite"),
        ({"f": np.full((9976, 3), 5023)}, "unknown vertices"),
        ({"kintree_table": np.zeros((2, 5), int)}, "joints"),
        ({"J_regressor": np.array([None])}, "plain arrays"),
    ],
)
def test_wrong_models_are_named(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    arrays = {**flame_dictionary(), **change}
    path = tmp_path / "smpl.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(BadInput) as caught:
        load_flame(path)
    assert words in str(caught.value)
    assert "smpl.npz" in str(caught.value)
    assert "flame2023_Open.pkl" in str(caught.value)


def test_files_of_other_kinds_are_named(tmp_path: Path) -> None:
    for name in ("a.npz", "a.pkl", "a.obj"):
        path = tmp_path / name
        path.write_bytes(b"not a model")
        with pytest.raises(BadInput, match=name):
            load_flame(path)
        with pytest.raises(BadInput, match="absent"):
            load_flame(tmp_path / f"absent{name}")
