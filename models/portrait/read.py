"""Read a photo from a file into linear memory: every common format, upright, in sRGB.

Pictures are reduced to a working size right after decoding, so that a 100 megapixel file does not
need gigabytes; nothing downstream looks at more than a few hundred pixels across a face.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, UnidentifiedImageError

from models.errors import BadInput

MIN_SIDE = 64
MAX_PIXELS = 102_000_000  # "100 megapixel" cameras deliver up to 101.8 million pixels
WORKING_SIDE = 3072
_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "TIFF", "BMP", "DIB", "GIF", "AVIF", "PPM", "HEIF")
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Picture:
    """A decoded photo.

    `rgb` (3, H, W) float32 sRGB 0..1; `alpha` (1, H, W) float32 0..1, None when fully opaque;
    `name` is the file's name for messages.
    """

    rgb: NDArray[np.float32]
    alpha: NDArray[np.float32] | None = None
    name: str = "the picture"

    def over(self, colour: float = 0.5) -> NDArray[np.float32]:
        """`rgb` over a plain grey, (3, H, W): what detection and segmentation look at."""
        if self.alpha is None:
            return self.rgb
        return (self.rgb * self.alpha + colour * (1.0 - self.alpha)).astype(np.float32)


def read_image(path: str | Path) -> Picture:
    """Decode the photo at `path`, upright and in sRGB, its longest side at most 3072 pixels.

    Raises BadInput with one sentence for anything that is not a usable photo.
    """
    path = Path(path)
    _check_file(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of sizes and of odd metadata we handle
        try:
            with _open(path) as image:
                _check_size(image, path)
                return _decode(image, path)
        except BadInput:
            raise
        except Image.DecompressionBombError as error:
            raise _too_large(path) from error
        except UnidentifiedImageError as error:
            raise _not_a_picture(path) from error
        except (OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError) as error:
            raise BadInput(
                f"{path.name} is damaged or cut short; open it in a picture editor "
                "and save it again"
            ) from error


def picture_from_array(array: NDArray[np.generic], name: str = "the picture") -> Picture:
    """A Picture from an (H, W), (H, W, 3) or (H, W, 4) array, uint8, uint16 or float 0..1."""
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise BadInput(f"{name} has shape {array.shape}; give height x width x 3 (RGB)")
    if min(array.shape[:2]) < MIN_SIDE:
        raise _too_small(name, array.shape[1], array.shape[0])
    whole = np.issubdtype(array.dtype, np.integer)
    full = float(np.iinfo(array.dtype.str).max) if whole else 1.0
    values = np.clip(np.nan_to_num(array.astype(np.float32)) / full, 0.0, 1.0)
    if values.ndim == 2 or values.shape[2] == 1:
        values = np.repeat(values.reshape(*values.shape[:2], 1), 3, axis=2)
    image = np.ascontiguousarray(values.transpose(2, 0, 1))
    return Picture(image[:3], _useful_alpha(image[3:]), name)


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise BadInput(f"{path.name} is a folder; name one picture file")
    if not path.exists():
        raise BadInput(f"{path} does not exist; check the path")
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read; check its permissions") from error
    if not head:
        raise BadInput(f"{path.name} is empty; choose another picture")
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS and not _heic_available():
        raise BadInput(
            f"{path.name} is a HEIC picture; install pillow-heif (pip install pillow-heif) "
            "or save it as JPEG"
        )


def _heic_available() -> bool:
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return False
    register_heif_opener()
    return True


def _open(path: Path) -> Image.Image:
    Image.init()
    return Image.open(path, formats=[name for name in _FORMATS if name in Image.OPEN])


def _check_size(image: Image.Image, path: Path) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise _too_large(path)
    if min(width, height) < MIN_SIDE:
        raise _too_small(path.name, width, height)


def _decode(image: Image.Image, path: Path) -> Picture:
    longest = max(image.size)
    if longest > WORKING_SIDE:
        scale = WORKING_SIDE / longest
        target = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image.draft(None, target)  # JPEG only: decode at 1/2, 1/4 or 1/8 straight away
    image.load()
    # Read after load(): the TIFF and HEIF readers turn the picture themselves and clear the tag.
    orientation = int(image.getexif().get(_ORIENTATION_TAG, 1) or 1)
    profile = image.info.get("icc_profile")
    plain = _reduced(_eight_bit(image))
    colour, alpha = _split_alpha(plain)
    colour = _to_srgb(colour, profile)
    if orientation in _TURNS:
        colour = colour.transpose(_TURNS[orientation])
        alpha = alpha.transpose(_TURNS[orientation]) if alpha is not None else None
    if min(colour.size) < 8:
        raise _too_small(path.name, *image.size)
    return Picture(_planes(colour), _useful_alpha(_planes(alpha)) if alpha else None, path.name)


def _eight_bit(image: Image.Image) -> Image.Image:
    """The picture in one of L, LA, RGB, RGBA or CMYK, 8 bits a channel."""
    if image.mode.startswith("I") or image.mode == "F":
        return _scaled_grey(image)
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode in ("L", "RGB") and "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("La", "RGBa"):
        return image.convert("LA" if image.mode == "La" else "RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("RGB")


def _scaled_grey(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and float grey as 8 bits; Pillow's own conversion would clip at 255."""
    values = np.asarray(image)
    if np.issubdtype(values.dtype, np.floating):
        top = 1.0 if float(np.nanmax(values)) <= 1.0 else 255.0
    else:
        top = 65535.0 if image.mode.startswith("I;16") or int(values.max()) > 255 else 255.0
    scaled = np.nan_to_num(values.astype(np.float32)) * np.float32(255.0 / top)
    return Image.fromarray(np.clip(scaled + 0.5, 0, 255).astype(np.uint8))


def _reduced(image: Image.Image) -> Image.Image:
    longest = max(image.size)
    if longest <= WORKING_SIDE:
        return image
    scale = WORKING_SIDE / longest
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    if image.mode == "RGBA":
        return image.convert("RGB"), image.getchannel("A")
    if image.mode == "LA":
        return image.getchannel("L"), image.getchannel("A")
    return image, None


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert L, RGB or CMYK to sRGB through its profile; a broken profile is ignored."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert("RGB")


def _planes(image: Image.Image) -> NDArray[np.float32]:
    """(C, H, W) float32 0..1 of an 8-bit image."""
    values = np.asarray(image, dtype=np.uint8)
    values = values.reshape(*values.shape[:2], -1).transpose(2, 0, 1)
    return np.multiply(values, np.float32(1.0 / 255.0), dtype=np.float32, order="C")


def _useful_alpha(alpha: NDArray[np.float32]) -> NDArray[np.float32] | None:
    return alpha if alpha.size and float(alpha.min()) < 1.0 - 1e-3 else None


def _too_large(path: Path) -> BadInput:
    return BadInput(f"{path.name} has more than 100 megapixels; scale it down first")


def _too_small(name: str, width: int, height: int) -> BadInput:
    return BadInput(
        f"{name} is {width} x {height} pixels, too small; "
        f"use a photo of at least {MIN_SIDE} pixels a side"
    )


def _not_a_picture(path: Path) -> BadInput:
    return BadInput(f"{path.name} is not a picture; use a JPEG, PNG, WebP, TIFF, BMP or HEIC file")
