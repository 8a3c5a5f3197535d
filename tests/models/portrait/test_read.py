"""Every kind of file gives the same picture, and bad files give one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from models.errors import BadInput
from models.portrait.read import picture_from_array, read_image


def scene(width: int = 96, height: int = 80) -> NDArray[np.uint8]:
    """A smooth colour picture without any symmetry."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    red = 40 + 180 * x / width
    green = 30 + 200 * y / height
    blue = 128 + 80 * np.sin(x / 17) * np.cos(y / 11)
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def difference(picture: NDArray[np.float32], expected: NDArray[np.uint8]) -> float:
    return float(np.abs(picture.transpose(1, 2, 0) - expected / 255.0).mean())


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tiff", "bmp", "gif"])
def test_common_formats(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"photo.{suffix}"
    Image.fromarray(scene()).save(path, quality=95)
    picture = read_image(path)
    assert picture.rgb.shape == (3, 80, 96) and picture.rgb.dtype == np.float32
    assert picture.alpha is None
    assert difference(picture.rgb, scene()) < 0.03


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff", "webp"])
def test_every_exif_orientation_gives_the_same_picture(
    tmp_path: Path, orientation: int, suffix: str
) -> None:
    upright = Image.fromarray(scene())
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(turns[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{suffix}"
    stored.save(path, exif=exif.tobytes(), quality=95)
    picture = read_image(path)
    assert picture.rgb.shape == (3, 80, 96)
    assert difference(picture.rgb, scene()) < 0.03


def test_sixteen_bit_grey_keeps_its_range(tmp_path: Path) -> None:
    values = np.linspace(0, 65535, 96 * 80).reshape(80, 96).astype(np.uint16)
    for name in ("grey.png", "grey.tiff"):
        Image.fromarray(values).save(tmp_path / name)
        rgb = read_image(tmp_path / name).rgb
        assert np.abs(rgb - (values / 65535.0)[None]).max() < 0.01


def test_float_and_bilevel_grey(tmp_path: Path) -> None:
    values = np.linspace(0, 1, 96 * 80, dtype=np.float32).reshape(80, 96)
    Image.fromarray(values).save(tmp_path / "float.tiff")
    assert np.abs(read_image(tmp_path / "float.tiff").rgb - values[None]).max() < 0.01
    Image.fromarray(values > 0.5).save(tmp_path / "bilevel.png")
    assert set(np.unique(read_image(tmp_path / "bilevel.png").rgb)) == {0.0, 1.0}


@pytest.mark.parametrize("suffix", ["jpg", "tiff"])
def test_cmyk(tmp_path: Path, suffix: str) -> None:
    image = Image.fromarray(scene()).convert("CMYK")
    path = tmp_path / f"print.{suffix}"
    image.save(path, quality=95)
    assert difference(read_image(path).rgb, scene()) < 0.04


def test_palette_and_transparency(tmp_path: Path) -> None:
    Image.fromarray(scene()).quantize(256).save(tmp_path / "palette.png")
    assert difference(read_image(tmp_path / "palette.png").rgb, scene()) < 0.04
    alpha = np.zeros((80, 96), np.uint8)
    alpha[:, 48:] = 255
    Image.fromarray(np.dstack([scene(), alpha])).save(tmp_path / "alpha.png")
    picture = read_image(tmp_path / "alpha.png")
    assert picture.alpha is not None and picture.alpha.shape == (1, 80, 96)
    assert picture.alpha[0, :, :48].max() == 0.0 and picture.alpha[0, :, 48:].min() == 1.0
    assert np.allclose(picture.over(0.25)[:, :, :48], 0.25)


def test_icc_profile_is_converted_to_srgb(tmp_path: Path) -> None:
    lab = ImageCms.createProfile("LAB")
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab, "RGB", "LAB")
    profile = ImageCms.ImageCmsProfile(lab).tobytes()
    in_lab = ImageCms.applyTransform(Image.fromarray(scene()), to_lab)
    assert in_lab is not None
    in_lab.save(tmp_path / "lab.tiff", icc_profile=profile)
    assert difference(read_image(tmp_path / "lab.tiff").rgb, scene()) < 0.03


def test_a_broken_profile_is_ignored(tmp_path: Path) -> None:
    Image.fromarray(scene()).save(tmp_path / "odd.png", icc_profile=b"not a profile")
    assert difference(read_image(tmp_path / "odd.png").rgb, scene()) < 0.01


def test_first_frame_of_an_animation(tmp_path: Path) -> None:
    frames = [Image.fromarray(scene()), Image.fromarray(255 - scene())]
    frames[0].save(tmp_path / "moving.webp", save_all=True, append_images=frames[1:], lossless=True)
    assert difference(read_image(tmp_path / "moving.webp").rgb, scene()) < 0.02


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_large_pictures_are_reduced(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"large.{suffix}"
    Image.fromarray(scene(96, 80)).resize((6000, 5000), Image.Resampling.BILINEAR).save(path)
    picture = read_image(path)
    assert picture.rgb.shape == (3, 2560, 3072)
    small = picture.rgb[:, 22::43, 22::43]
    assert small.min() > 0.05 and small.max() < 1.0


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def bad_files(folder: Path) -> dict[str, tuple[Path, str]]:
    good = folder / "good.jpg"
    Image.fromarray(scene()).save(good)
    Image.fromarray(scene(60, 90)).save(folder / "small.png")
    Image.new("1", (20000, 10000)).save(folder / "huge.png")
    Image.new("1", (13000, 8000)).save(folder / "large.png")
    content = good.read_bytes()
    heic = b"\x00\x00\x00\x18ftypheic" + bytes(64)
    return {
        "missing": (folder / "none.jpg", "does not exist"),
        "folder": (folder, "is a folder"),
        "empty": (write(folder / "empty.jpg", b""), "is empty"),
        "text": (write(folder / "text.jpg", b"hello " * 40), "is not a picture"),
        "truncated": (write(folder / "cut.jpg", content[: len(content) // 2]), "cut short"),
        "small": (folder / "small.png", "too small"),
        "bomb": (folder / "huge.png", "megapixels"),
        "large": (folder / "large.png", "megapixels"),
        "heic": (write(folder / "phone.heic", heic), "pillow-heif"),
    }


@pytest.mark.parametrize(
    "kind",
    ["missing", "folder", "empty", "text", "truncated", "small", "bomb", "large", "heic"],
)
def test_bad_files_give_one_sentence(tmp_path: Path, kind: str) -> None:
    if kind == "heic":
        try:
            import pillow_heif  # noqa: F401
        except ImportError:
            pass
        else:
            pytest.skip("the HEIC extra is installed")
    path, words = bad_files(tmp_path)[kind]
    with pytest.raises(BadInput, match=words) as caught:
        read_image(path)
    message = str(caught.value)
    assert path.name in message and "\n" not in message


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32, np.float64])
def test_arrays(kind: type) -> None:
    full = np.iinfo(kind).max if np.issubdtype(kind, np.integer) else 1.0
    values = (scene() / 255.0 * full).astype(kind)
    assert difference(picture_from_array(values).rgb, scene()) < 0.005


def test_arrays_of_the_wrong_shape() -> None:
    with pytest.raises(BadInput, match="shape"):
        picture_from_array(np.zeros((80, 80, 2)))
    with pytest.raises(BadInput, match="too small"):
        picture_from_array(np.zeros((80, 40, 3)))
