"""A tri-plane field: three feature planes in a cube of canonical space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    # Whoever renders on the processor does without torch: 200 MB of memory and a second or two.
    import torch

CHANNELS = 32


@dataclass(frozen=True)
class TriplaneField:
    """Features stored on three axis-aligned planes (EG3D, Chan et al. 2022, section 4.1).

    Attributes:
        planes: ``(3, 32, R, R)`` float32, numpy or torch, in the order XY, XZ, ZY. Columns are
            x, x, z and rows are y, z, y; row 0 and column 0 lie at the cube's lower side.
        center: ``(3,)`` centre of the cube, canonical units.
        box_warp: side of the cube, canonical units.

    Raises:
        ValueError: for planes of another shape or a side that is not positive.
    """

    planes: NDArray[np.float32] | torch.Tensor
    center: NDArray[np.float32]
    box_warp: float

    def __post_init__(self) -> None:
        shape = tuple(self.planes.shape)
        if len(shape) != 4 or shape[:2] != (3, CHANNELS) or shape[2] != shape[3] or shape[3] < 2:
            raise ValueError(f"planes must be (3, {CHANNELS}, R, R) with R >= 2, not {shape}")
        if not self.box_warp > 0:
            raise ValueError(f"box_warp must be positive, not {self.box_warp}")
        center = np.asarray(self.center, np.float32).reshape(3)
        object.__setattr__(self, "center", center)

    @property
    def resolution(self) -> int:
        """Texels along a side of a plane."""
        return int(self.planes.shape[-1])

    @property
    def bounds(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Lower and upper corner of the cube, each ``(3,)``."""
        half = np.float32(self.box_warp / 2)
        return self.center - half, self.center + half

    def tensor(self, device: torch.device | str | None = None) -> torch.Tensor:
        """Return the planes as a torch tensor; gradients flow if they already were one."""
        import torch

        return torch.as_tensor(self.planes, dtype=torch.float32, device=device)

    def array(self) -> NDArray[np.float32]:
        """Return the planes as numpy, without gradients."""
        if isinstance(self.planes, np.ndarray):
            return np.asarray(self.planes, np.float32)
        return np.asarray(self.planes.detach().cpu().numpy(), np.float32)

    def normalised(self, points: torch.Tensor) -> torch.Tensor:
        """Map canonical points ``(..., 3)`` to the cube's coordinates, -1..1 inside."""
        import torch

        center = torch.as_tensor(self.center, dtype=points.dtype, device=points.device)
        return (points - center) / (self.box_warp / 2)


def fuse(branches: Sequence[TriplaneField]) -> TriplaneField:
    """Return the sum of branches (canonical, appearance, expression, ...) as one field.

    Raises:
        ValueError: for no branch, or branches whose cubes or resolutions differ.
    """
    if not branches:
        raise ValueError("there is no branch to fuse")
    first = branches[0]
    for other in branches[1:]:
        same_cube = np.allclose(other.center, first.center) and other.box_warp == first.box_warp
        if not same_cube or other.planes.shape != first.planes.shape:
            raise ValueError("branches must share cube and resolution")
    if len(branches) == 1:
        return first
    if not all(isinstance(branch.planes, np.ndarray) for branch in branches):
        import torch

        planes = torch.stack([branch.tensor() for branch in branches]).sum(0)
        return TriplaneField(planes, first.center, first.box_warp)
    total: NDArray[np.float32] = np.sum([branch.planes for branch in branches], 0)
    return TriplaneField(total, first.center, first.box_warp)
