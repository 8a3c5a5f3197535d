"""Contact sheets: where pictures and labels land."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from models.evaluate.sheet import (
    Cell,
    GrowingSheet,
    contact_sheet,
    difference,
    label_height,
    save_sheet,
)

PAGE = np.array((0.11, 0.12, 0.14), np.float32)
GAP = 8


def plain(colour: tuple[float, ...], height: int = 40, width: int = 40) -> np.ndarray:
    values = np.array(colour, np.float32)[:, None, None]
    return np.broadcast_to(values, (len(colour), height, width)).copy()


def inside(sheet: np.ndarray, row: int, column: int, cell: int) -> np.ndarray:
    top = GAP + row * (cell + label_height(cell) + GAP) + label_height(cell)
    left = GAP + column * (cell + GAP)
    return sheet[:, top : top + cell, left : left + cell]


def test_layout() -> None:
    rows = [
        [Cell("red", plain((1, 0, 0))), Cell("green", plain((0, 1, 0)))],
        [Cell("blue", plain((0, 0, 1)))],
    ]
    cell = 64
    sheet = contact_sheet(rows, cell)
    height = 2 * (cell + label_height(cell) + GAP) + GAP
    assert sheet.shape == (3, height, 2 * (cell + GAP) + GAP)
    assert np.allclose(inside(sheet, 0, 0, cell), plain((1, 0, 0), cell, cell), atol=0.01)
    assert np.allclose(inside(sheet, 0, 1, cell), plain((0, 1, 0), cell, cell), atol=0.01)
    assert np.allclose(inside(sheet, 1, 0, cell), plain((0, 0, 1), cell, cell), atol=0.01)
    assert np.allclose(inside(sheet, 1, 1, cell), PAGE[:, None, None], atol=0.01)


def test_proportions_and_alpha() -> None:
    wide = contact_sheet([[Cell("wide", plain((1, 1, 1), 20, 40))]], 64)
    cell = inside(wide, 0, 0, 64)
    assert np.allclose(cell[:, 32, 32], 1, atol=0.01)
    assert np.allclose(cell[:, 8, 32], PAGE, atol=0.01)
    clear = contact_sheet([[Cell("half", plain((1, 1, 1, 0.5)))]], 64)
    assert np.allclose(inside(clear, 0, 0, 64)[:, 32, 32], 0.5 + PAGE / 2, atol=0.01)


def test_labels_are_written_and_stay_in_their_column() -> None:
    long = "a label that is far too long for its cell and has to be shortened"
    cells = [Cell(long, plain((0, 0, 0), 96, 96)), Cell("", plain((0, 0, 0), 96, 96))]
    sheet = contact_sheet([cells], 96)
    strip = sheet[:, GAP : GAP + label_height(96)]
    assert strip[:, :, GAP : GAP + 96].max() > 0.6
    assert np.allclose(strip[:, :, GAP + 96 :], PAGE[:, None, None], atol=0.01)


def test_difference() -> None:
    found = difference(plain((0.5, 0.5, 0.5)), plain((0.6, 0.3, 1.0)))
    assert found[:, 0, 0] == pytest.approx((0.3, 0.6, 1.0), abs=1e-6)


def test_save(tmp_path: Path) -> None:
    sheet = contact_sheet([[Cell("x", plain((1, 0, 0)))]], 64)
    path = tmp_path / "sheet.png"
    save_sheet(sheet, path)
    saved = np.asarray(PillowImage.open(path), np.float32).transpose(2, 0, 1) / 255
    assert np.abs(saved - sheet).max() < 0.003


def test_growing_sheet_is_the_same_sheet(tmp_path: Path) -> None:
    rows = [
        [Cell("a", plain((1, 0, 0))), Cell("b", plain((0, 1, 0)))],
        [Cell("c", plain((0, 0, 1))), Cell("d", plain((1, 1, 0)))],
    ]
    whole, grown = tmp_path / "whole.png", tmp_path / "grown.png"
    save_sheet(contact_sheet(rows, 64), whole)
    growing = GrowingSheet(64)
    assert not growing.save(grown)
    assert not grown.exists()
    for row in rows:
        growing.add(row)
    assert growing.save(grown)
    assert np.array_equal(np.asarray(PillowImage.open(whole)), np.asarray(PillowImage.open(grown)))


def test_empty_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([[], []])
