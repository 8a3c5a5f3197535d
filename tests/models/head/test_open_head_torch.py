from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from torch import Tensor

from models.head.assemble import assemble_head
from models.head.landmarks import EYE_CORNERS
from models.head.open_head import load_open_head
from models.head.open_head_torch import OpenHead
from models.pose import ARKIT_INDEX, Pose
from tests.models.head.people import IRIS_RATIO, identity, person, random_pose

ARGUMENTS = (
    "blendshapes", "jaw", "neck", "head", "gaze_left", "gaze_right", "translation",
)  # fmt: skip


@pytest.fixture(scope="module")
def layer() -> OpenHead:
    return OpenHead(load_open_head(), iris_ratio=IRIS_RATIO)


@pytest.fixture(scope="module")
def small() -> OpenHead:
    """Three identity components in double precision, everything differentiable."""
    head = load_open_head()
    reduced = replace(head, shape_basis=head.shape_basis[:3])
    return OpenHead(reduced, iris_ratio=IRIS_RATIO, repair=False, dtype=torch.float64)


def _arguments(poses: list[Pose], dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    return {
        name: torch.tensor(np.stack([getattr(pose, name) for pose in poses]), dtype=dtype)
        for name in ARGUMENTS
    }


def _assert_same(layer: OpenHead, posed: Tensor, expected: np.ndarray) -> None:
    """Equal but for a few soft mouth vertices, which give way by whole pixels of a depth map."""
    apart = np.abs(posed.detach().numpy() - expected).max(1)
    mouth = apart[-int(layer._mouth.shape[0]) :]
    assert apart[: -len(mouth)].max() < 1e-5
    assert (mouth > 1e-5).mean() < 0.01
    assert mouth.max() < 0.02


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_same_vertices_as_the_rig(layer: OpenHead, seed: int) -> None:
    pose = random_pose(seed)
    shape = torch.tensor(identity(seed).shape)[None]
    posed = layer(shape, **_arguments([pose]))[0]
    _assert_same(layer, posed, person(seed).rig.deform(pose))
    neutral = layer(shape)[0]
    _assert_same(layer, neutral, person(seed).rig.deform(Pose.neutral()))
    assert (posed - neutral).norm(dim=-1).mean() > 0.01


@pytest.mark.parametrize("amount", [0.3, 0.5, 1.0])
def test_lids_slide_over_the_eyeball_as_in_the_rig(layer: OpenHead, amount: float) -> None:
    pose = Pose.neutral().with_blendshapes({"eyeBlinkLeft": amount, "eyeBlinkRight": amount})
    shape = torch.tensor(identity(2).shape)[None]
    rig = person(2).rig
    posed = layer(shape, **_arguments([pose]))[0]
    _assert_same(layer, posed, rig.deform(pose))
    without = replace(rig, lid_vertices=rig.lid_vertices[:0]).deform(pose)
    assert np.abs(posed.numpy() - without)[rig.lid_vertices].max() > 1e-3  # the push is at work


def test_residual_offsets_follow_the_rig(layer: OpenHead) -> None:
    someone, pose = identity(1, offset=0.001), random_pose(5)
    rig = assemble_head(load_open_head(), someone).rig
    posed = layer(
        torch.tensor(someone.shape)[None],
        **_arguments([pose]),
        offsets=torch.tensor(someone.offsets),
    )
    _assert_same(layer, posed[0], rig.deform(pose))


def test_batched_equals_single(layer: OpenHead) -> None:
    poses = [random_pose(seed) for seed in range(3)]
    shapes = torch.tensor(np.stack([identity(seed).shape for seed in range(3)]))
    batched = layer(shapes, **_arguments(poses))
    for i, pose in enumerate(poses):
        torch.testing.assert_close(
            batched[i], layer(shapes[i : i + 1], **_arguments([pose]))[0], atol=1e-6, rtol=0
        )


def _inputs(seed: int = 1) -> tuple[Tensor, ...]:
    """All arguments at small, generic values, double precision."""
    generator = torch.Generator().manual_seed(seed)

    def draw(size: int, scale: float, offset: float = 0.0) -> Tensor:
        noise = torch.randn(1, size, generator=generator, dtype=torch.float64)
        return (offset + scale * noise).requires_grad_()

    return (
        draw(3, 0.5), draw(52, 0.05, 0.3), draw(3, 0.1), draw(3, 0.1), draw(3, 0.1),
        draw(2, 0.1), draw(2, 0.1), draw(3, 0.1),
    )  # fmt: skip


def test_gradients_of_all_arguments(small: OpenHead) -> None:
    """gradcheck of three random directions through every vertex, by random projections."""
    inputs = _inputs()
    with torch.no_grad():
        count = small(*inputs).shape[1]
    generator = torch.Generator().manual_seed(0)
    directions = torch.randn(3, count, 3, generator=generator, dtype=torch.float64) / count

    def probe(*arguments: Tensor) -> Tensor:
        return torch.einsum("bvc,dvc->d", small(*arguments), directions)

    assert torch.autograd.gradcheck(probe, inputs, eps=1e-6, atol=1e-6, fast_mode=True)


def test_gradients_are_finite_at_rest(small: OpenHead) -> None:
    """Zero turns, zero coefficients and tiny jaw motions are where naive formulas give NaN."""
    inputs = tuple(torch.zeros_like(value).requires_grad_() for value in _inputs())
    (small(*inputs) ** 2).sum().backward()
    for value in inputs:
        assert value.grad is not None and torch.isfinite(value.grad).all()
        assert value.grad.abs().max() > 1e-6


# Forward-mode derivatives still compile through torch.jit.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["jawOpen", "jawForward", "eyeLookUpLeft", "tongueOut"])
def test_coefficient_gradient_by_finite_difference(small: OpenHead, name: str) -> None:
    inputs = _inputs(2)
    step = torch.zeros(1, 52, dtype=torch.float64)
    step[0, ARKIT_INDEX[name]] = 1e-5
    _, slope = torch.func.jvp(
        lambda blend: small(inputs[0], blend, *inputs[2:]), (inputs[1],), (step / 1e-5,)
    )
    with torch.no_grad():
        ahead = small(inputs[0], inputs[1] + step, *inputs[2:])
        behind = small(inputs[0], inputs[1] - step, *inputs[2:])
    assert slope.abs().max() > 1e-3
    difference = (ahead - behind) / 2e-5
    agree = ((difference - slope).abs() < 1e-6).all(-1).double().mean()
    assert agree > 0.999  # a lid vertex may meet its eyeball within the step


def test_fit_by_gradient_descent_recovers_a_pose(layer: OpenHead) -> None:
    shape = torch.zeros(1, 64)
    goal = layer.landmarks(layer(shape, neck=torch.tensor([[0.1, 0.3, 0.0]]))).detach()
    neck = torch.zeros(1, 3, requires_grad=True)
    optimiser = torch.optim.LBFGS([neck], max_iter=20, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = 1e3 * ((layer.landmarks(layer(shape, neck=neck)) - goal) ** 2).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    torch.testing.assert_close(neck.detach(), torch.tensor([[0.1, 0.3, 0.0]]), atol=2e-3, rtol=0)


def test_landmarks_are_those_of_the_head_file(small: OpenHead) -> None:
    head = load_open_head()
    expected = head.landmark_map @ head.template[: head.control_count]
    lids_and_lips_apart = small.neutral(torch.zeros(1, 3, dtype=torch.float64))[0]
    found = small.landmarks(lids_and_lips_apart)[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert found[EYE_CORNERS[1], 0] > 0 > found[EYE_CORNERS[0], 0]


def test_masks_cover_every_vertex(layer: OpenHead) -> None:
    vertices = layer(torch.zeros(1, 64))[0]
    masks = {name: layer.region_mask(name) for name in layer.region_names}
    assert all(mask.shape == (len(vertices),) and mask.any() for mask in masks.values())
    assert (sum(mask.int() for name, mask in masks.items() if name != "lids") == 1).all()
    assert vertices[masks["eye_left"], 0].min() > 0 > vertices[masks["eye_right"], 0].max()
    assert vertices[masks["upper_teeth"], 1].mean() > vertices[masks["lower_teeth"], 1].mean()
    assert (masks["lids"] & masks["face"]).sum() == masks["lids"].sum()
    with pytest.raises(ValueError):
        layer.region_mask("antlers")


def test_texture_coordinates(layer: OpenHead) -> None:
    assert layer.uv.min() >= 0 and layer.uv.max() <= 1
    corners = layer.corner_uv()
    stretch = corners[..., 0].amax(1) - corners[..., 0].amin(1)
    on_skin = layer.faces[:, 0] < layer.skin_count
    # Only the few triangles that the axis pierces, at the crown and inside, cannot be unwrapped.
    assert (stretch[on_skin] > 0.3).double().mean() < 0.001
    raw = layer.uv[layer.faces][..., 0]
    assert (raw.amax(1) - raw.amin(1) > 0.5).sum() > 50  # the seam exists, and was unwrapped
    vertices = layer(torch.zeros(1, 64))[0]
    nose = layer.uv[: layer.skin_count][vertices[: layer.skin_count, 2].argmax()]
    assert abs(float(nose[0]) - 0.5) < 0.01
    left = layer.uv[: layer.skin_count][vertices[: layer.skin_count, 0].argmax()]
    assert 0.6 < float(left[0]) < 0.9


def test_moves_between_types_as_a_module(layer: OpenHead) -> None:
    double = OpenHead(load_open_head(), iris_ratio=IRIS_RATIO).double()
    shape = torch.tensor(identity(1).shape)[None]
    assert double(shape.double()).dtype == torch.float64
    torch.testing.assert_close(double(shape.double()).float(), layer(shape), atol=1e-4, rtol=0)
    assert not list(layer.parameters())
    assert {field.name for field in fields(Pose)} >= set(ARGUMENTS)
