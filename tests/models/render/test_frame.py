from __future__ import annotations

import math
import threading
import time
from typing import Any

import numpy as np
import pytest
import torch

from models.camera import Camera
from models.render.composite import over_background
from models.render.frame import Frame, FrameBuffers, render_frame, warm_up
from models.render.narrowband import render_bands
from models.render.packed import pack
from models.render.raster import draw_band
from models.triplane.field import TriplaneField
from models.triplane.reference import Quality, Warp, render_reference
from models.triplane.surface_warp import NearestSurfaceWarp
from tests.models.render.scenes import RADIUS, SphereScene, analytic_decoder, sphere_scene

GREY = np.full(3, 0.5, np.float32)


@pytest.fixture(scope="module")
def scene() -> SphereScene:
    return sphere_scene(5)


def draw(scene: SphereScene, posed: np.ndarray | None = None, **arguments: Any) -> Frame:
    fields, decoder = pack([scene.field], scene.decoder)
    defaults: dict[str, Any] = {
        "proxy_canonical": scene.vertices,
        "proxy_posed": scene.vertices if posed is None else posed,
        "faces": scene.faces,
        "part": scene.part,
        "fields": fields,
        "decoder": decoder,
        "camera": Camera.orbit(yaw=20, pitch=10),
        "size": 64,
    }
    return render_frame(**{**defaults, **arguments})


def reference(scene: SphereScene, size: int, warp: Warp | None) -> np.ndarray:
    quality = Quality(coarse=80, fine=80, supersample=2)
    camera = Camera.orbit(yaw=20, pitch=10)
    with torch.no_grad():
        image = render_reference(
            [scene.field], scene.decoder, camera, size, warp=warp, quality=quality
        )
    return over_background(image.rgb.numpy(), image.alpha.numpy(), GREY)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(-10 * np.log10(np.mean((one - other) ** 2) + 1e-20))


def on_grey(frame: Frame) -> np.ndarray:
    return over_background(frame.rgb, frame.alpha, GREY)


def bend(vertices: np.ndarray) -> np.ndarray:
    """A rigid motion followed by a smooth deformation."""
    cosine, sine = math.cos(0.4), math.sin(0.4)
    turn = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    posed = vertices @ turn.T + [0.03, 0.02, 0.05]
    posed[:, 1] += 0.04 * np.sin(8 * posed[:, 0])
    posed[:, 0] *= 1 + 0.15 * np.cos(9 * posed[:, 1])
    return posed.astype(np.float32)


def test_rest_pose_agrees_with_the_dense_reference(scene: SphereScene):
    expected = reference(scene, 40, None)
    assert np.ptp(expected) > 0.5
    assert psnr(on_grey(draw(scene, size=40)), expected) > 41
    assert psnr(on_grey(draw(scene, size=40, samples=8)), expected) > 41


def test_posed_avatar_agrees_with_the_dense_reference(scene: SphereScene):
    posed = bend(scene.vertices)
    warp = NearestSurfaceWarp(posed, scene.vertices, scene.faces, scene.part)
    expected = reference(scene, 36, warp)
    frame = draw(scene, posed, size=36)
    assert psnr(on_grey(frame), expected) > 40
    assert psnr(on_grey(draw(scene, size=36)), expected) < 30, "the pose must matter"


@pytest.mark.parametrize("samples", [1, 3])
def test_torch_backend_agrees_with_numba(scene: SphereScene, samples: int):
    soft = scene.vertices[scene.faces].mean(1)[:, 1] > 0.1
    arguments = {"samples": samples, "soft": soft, "guides": True}
    fast = draw(scene, bend(scene.vertices), **arguments)
    slow = draw(scene, bend(scene.vertices), device="cpu:0", **arguments)
    assert psnr(fast.rgb, slow.rgb) > 60
    assert psnr(fast.alpha, slow.alpha) > 60
    for name in ("depth", "normals", "canonical"):
        assert np.abs(getattr(fast, name) - getattr(slow, name)).max() < 1e-3, name


def test_edges_are_antialiased_and_area_is_that_of_the_disc():
    scene = sphere_scene(6)
    camera = Camera.orbit()
    frame = draw(scene, camera=camera, size=256, band=0.05, samples=8)
    seen = math.tan(math.asin(RADIUS / 2.7)) * float(camera.intrinsics[0, 0]) * 256
    # Opacity is compared where the field is opaque, so coverage decides.
    area = float(frame.alpha.sum())
    assert area == pytest.approx(math.pi * seen**2, rel=0.003)
    fractional = (frame.alpha > 0.05) & (frame.alpha < 0.95)
    assert fractional.sum() > 2 * seen
    assert (frame.alpha[0, 120:136, 120:136] > 0.999).all()


def test_inner_silhouettes_are_antialiased(scene: SphereScene):
    """A ball before the sphere: small pictures come close to shrunken large ones at its edge."""
    near = scene.vertices * 0.3 + np.array([0, 0, 0.5], np.float32)
    vertices = np.concatenate([scene.vertices, near]).astype(np.float32)
    faces = np.concatenate([scene.faces, scene.faces + len(scene.vertices)])
    canonical = np.concatenate([scene.vertices, np.roll(scene.vertices, 1, 1)])
    both = SphereScene(canonical, faces, np.zeros(len(faces), np.uint8), *scene_field(scene))
    arguments = {"posed": vertices, "camera": Camera.orbit(), "band": 0.02}
    small, large = draw(both, size=64, **arguments), draw(both, size=512, **arguments)
    blocks = large.rgb.reshape(3, 64, 8, 64, 8)
    shrunk, picked = blocks.mean((2, 4)), blocks[:, :, 4, :, 4]
    inner = slice(20, 44)
    edge = blocks.std((2, 4)).max(0) > 0.08
    edge[:20], edge[44:], edge[:, :20], edge[:, 44:] = False, False, False, False
    assert (small.alpha[0, inner, inner] > 0.999).all() and edge.sum() > 30
    error = np.abs(small.rgb - shrunk)[:, edge].mean()
    staircase = np.abs(picked - shrunk)[:, edge].mean()
    assert error < 0.5 * staircase


def test_nearer_surface_wins_whatever_the_order(scene: SphereScene):
    far = scene.vertices - np.array([0, 0, 0.4], np.float32)
    two = np.concatenate([scene.vertices, far])
    twice = np.concatenate([scene.vertices, scene.vertices])
    count = len(scene.vertices)
    pictures = []
    for faces in ([scene.faces, scene.faces + count], [scene.faces + count, scene.faces]):
        joined = np.concatenate(faces)
        both = SphereScene(twice, joined, np.zeros(len(joined), np.uint8), *scene_field(scene))
        pictures.append(draw(both, two, camera=Camera.orbit()).rgb)
    alone = draw(scene, camera=Camera.orbit())
    solid = alone.alpha[0] > 0.999
    assert np.array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[0] - alone.rgb)[:, solid].max() < 1e-6


def scene_field(scene: SphereScene) -> tuple[Any, Any]:
    return scene.field, scene.decoder


def test_soft_layer_is_composited_over_what_lies_behind(scene: SphereScene):
    """A thin veil before the sphere: Porter-Duff over, and alone over nothing."""
    count = len(scene.vertices)
    veil = scene.vertices * 0.5 + np.array([0, 0, 0.6], np.float32)
    posed = np.concatenate([scene.vertices, veil])
    canonical = np.concatenate([scene.vertices, np.roll(scene.vertices, 1, 1) * 1.006])
    faces = np.concatenate([scene.faces, scene.faces + count]).astype(np.int32)
    soft = np.arange(len(faces)) >= len(scene.faces)
    both = SphereScene(canonical, faces, np.zeros(len(faces), np.uint8), *scene_field(scene))
    camera = Camera.orbit()
    short = {"band": 0.002, "camera": camera}
    frame = draw(both, posed, soft=soft, **short)
    alone = draw(
        SphereScene(canonical[count:], scene.faces, scene.part, scene.field, scene.decoder),
        posed[count:],
        soft=np.ones(len(scene.faces), bool),
        **short,
    )
    sphere = draw(scene, **short)
    expected_alpha = alone.alpha + sphere.alpha * (1 - alone.alpha)
    expected = alone.rgb * alone.alpha + sphere.rgb * sphere.alpha * (1 - alone.alpha)
    middle = (slice(None), slice(26, 38), slice(26, 38))
    assert 0.05 < alone.alpha[middle].mean() < 0.95, "the veil must be translucent"
    assert np.abs(frame.alpha - expected_alpha)[middle].max() < 1e-4
    assert np.abs(frame.rgb * frame.alpha - expected)[middle].max() < 1e-4
    hidden = draw(both, posed * np.array([1, 1, 1], np.float32), soft=~soft, **short)
    assert np.abs(hidden.rgb - expected)[middle].max() > 1e-3, "behind the veil it is hidden"


def sheet(thickness: float) -> SphereScene:
    """A square that faces the viewer; its field is dense for ``thickness`` behind it only."""
    box, resolution = 0.4, 512
    texel = ((np.arange(resolution) + 0.5) / resolution - 0.5) * box
    planes = np.zeros((3, 32, resolution, resolution), np.float32)
    planes[1, 0] = 3 * (thickness / 2 - np.abs(texel + thickness / 2))[:, None]
    planes[0, 1], planes[0, 2] = 3 * texel[None], 3 * texel[:, None]
    corners = [(-0.15, -0.15, 0), (0.15, -0.15, 0), (0.15, 0.15, 0), (-0.15, 0.15, 0)]
    return SphereScene(
        np.array(corners, np.float32),
        np.array([[0, 1, 2], [0, 2, 3]], np.int32),
        np.zeros(2, np.uint8),
        TriplaneField(planes, np.zeros(3, np.float32), box),
        analytic_decoder(),
    )


@pytest.mark.parametrize("device", ["cpu", "cpu:0"])
@pytest.mark.parametrize("thickness", [0.0004, 0.001])
def test_thin_solid_sheet_hides_the_background(thickness: float, device: str):
    """The band leaves the sheet again; samples meet little of it or nothing."""
    thin, middle = sheet(thickness), (slice(None), slice(23, 41), slice(23, 41))
    arguments = {"camera": Camera.orbit(), "device": device}
    veil = draw(thin, soft=np.ones(2, bool), **arguments)
    assert veil.alpha[middle].max() < 0.9, "the field alone must let light through"
    frame = draw(thin, **arguments)
    bright = over_background(frame.rgb, frame.alpha, np.full(3, 50, np.float32))
    assert np.abs(bright - frame.rgb)[middle].max() < 1e-5
    finest = draw(thin, samples=32, **arguments)
    assert np.ptp(finest.rgb[0][middle[1:]]) > 0.2
    assert np.abs(frame.rgb - finest.rgb)[middle].max() < 0.02, "the sheet's own colour"


def test_fringe_behind_a_solid_edge_leaves_no_line(scene: SphereScene):
    """Solid over fringe over background: at the edge nothing but a mixture of both sides."""
    count = len(scene.vertices)
    behind = scene.vertices * np.float32(2) - np.array([0, 0, 1.2], np.float32)
    posed = np.concatenate([scene.vertices * np.float32(0.5), behind])
    canonical = np.concatenate([scene.vertices, scene.vertices * np.float32(1.006)])
    faces = np.concatenate([scene.faces, scene.faces + count]).astype(np.int32)
    soft = np.arange(len(faces)) >= len(scene.faces)
    both = SphereScene(canonical, faces, np.zeros(len(faces), np.uint8), *scene_field(scene))
    arguments = {"camera": Camera.orbit(), "band": 0.002, "soft": soft}
    fringe = draw(
        SphereScene(canonical[count:], scene.faces, scene.part, scene.field, scene.decoder),
        posed[count:],
        **{**arguments, "soft": np.ones(len(scene.faces), bool)},
    )
    solid = draw(scene, posed[:count], camera=Camera.orbit(), band=0.002)
    edge = (solid.alpha[0] > 0.1) & (solid.alpha[0] < 0.9)
    assert edge.sum() > 30 and 0.05 < fringe.alpha[0][edge].mean() < 0.95
    expected_alpha = solid.alpha + fringe.alpha * (1 - solid.alpha)
    expected = solid.rgb * solid.alpha + fringe.rgb * fringe.alpha * (1 - solid.alpha)
    for device in ("cpu", "cpu:0"):
        frame = draw(both, posed, device=device, **arguments)
        for found, wanted in ((frame.alpha, expected_alpha), (frame.rgb * frame.alpha, expected)):
            error = np.abs(found - wanted)[:, edge]
            assert error.max() < 0.06 and error.mean() < 0.01


def test_back_faces_are_drawn_from_inside(scene: SphereScene):
    open_mesh = scene.faces[scene.vertices[scene.faces].mean(1)[:, 2] < 0]
    bowl = SphereScene(
        scene.vertices, open_mesh, np.zeros(len(open_mesh), np.uint8), *scene_field(scene)
    )
    frame = draw(bowl, camera=Camera.orbit(), guides=True)
    assert frame.alpha[0, 32, 32] > 0.99
    assert frame.normals is not None and frame.depth is not None
    assert frame.depth[0, 32, 32] == pytest.approx(2.7 + RADIUS, abs=1e-3)
    assert frame.normals[2, 32, 32] > 0.99, "flipped towards the viewer"


def test_guides_are_the_geometry(scene: SphereScene):
    frame = draw(scene, camera=Camera.orbit(), guides=True)
    assert frame.depth is not None and frame.normals is not None and frame.canonical is not None
    assert frame.depth[0, 32, 32] == pytest.approx(2.7 - RADIUS, abs=1e-3)
    covered = frame.alpha[0] > 0.999
    position, normal = frame.canonical[:, covered], frame.normals[:, covered]
    assert np.abs(np.linalg.norm(position, axis=0) - RADIUS).max() < 2e-3
    assert np.abs(np.linalg.norm(normal, axis=0) - 1).max() < 1e-4
    assert (normal * position / RADIUS).sum(0).min() > 0.995
    empty = frame.alpha[0] == 0
    assert (frame.depth[:, empty] == 0).all() and (frame.canonical[:, empty] == 0).all()


def test_parts_use_their_own_fields(scene: SphereScene):
    other = scene.field.planes.copy()
    other[0, 1] *= -1
    mirrored = type(scene.field)(other, scene.field.center, scene.field.box_warp)
    fields, decoder = pack([scene.field, mirrored], scene.decoder)
    right = scene.vertices[scene.faces].mean(1)[:, 0] > 0
    frame = draw(scene, fields=fields, decoder=decoder, part=right.astype(np.uint8))
    plain = draw(scene, fields=fields, decoder=decoder)
    changed = np.abs(frame.rgb - plain.rgb).max(0) > 0.05
    side = draw(scene, guides=True).canonical
    assert side is not None
    assert changed[side[0] > 0.1].mean() > 0.9
    assert not changed[side[0] < -0.02].any()


def test_same_call_gives_identical_pixels_with_and_without_buffers(scene: SphereScene):
    buffers = FrameBuffers()
    first = draw(scene, buffers=buffers)
    draw(scene, bend(scene.vertices), size=40, buffers=buffers)
    assert np.array_equal(first.rgb, draw(scene, buffers=buffers).rgb)
    assert np.array_equal(first.rgb, draw(scene).rgb)


def test_camera_within_the_mesh_and_broken_vertices_do_no_harm(scene: SphereScene):
    inside = draw(scene, camera=Camera.orbit(radius=0.1))
    assert np.isfinite(inside.rgb).all() and inside.alpha.mean() > 0.95
    broken = scene.vertices.copy()
    broken[::50] = np.nan
    broken[7] = np.inf
    frame = draw(scene, broken)
    assert frame.alpha.max() > 0.9
    away = draw(scene, scene.vertices + np.array([0, 0, 50], np.float32))
    assert not away.alpha.any() and not away.rgb.any()


def test_warm_up_leaves_nothing_to_compile(scene: SphereScene):
    warm_up()
    compiled = len(render_bands.signatures), len(draw_band.signatures)  # type: ignore
    draw(scene, bend(scene.vertices), samples=3)
    draw(scene, soft=np.ones(len(scene.faces), bool), guides=True)
    frozen = scene.vertices.astype(np.float64)
    frozen.setflags(write=False)
    draw(scene, frozen, size=np.int32(20), band=1, faces=scene.faces.astype(np.int64))
    assert compiled == (len(render_bands.signatures), len(draw_band.signatures))  # type: ignore
    assert compiled[0] == 1


def test_odd_sizes(scene: SphereScene):
    for size in (1, 17, 50):
        frame = draw(scene, size=size)
        assert frame.rgb.shape == (3, size, size) and frame.alpha.shape == (1, size, size)
    assert draw(scene, size=50).alpha.mean() == pytest.approx(draw(scene).alpha.mean(), abs=2e-3)


def test_other_python_threads_run_while_a_frame_is_rendered(scene: SphereScene):
    draw(scene, size=512, samples=16)
    ticks: list[float] = []
    done = threading.Event()

    def count() -> None:
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.0005)

    watcher = threading.Thread(target=count)
    watcher.start()
    start = time.perf_counter()
    for _ in range(3):
        draw(scene, size=512, samples=16)
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    assert seconds > 0.02
    assert np.diff(ticks).max() < max(0.25 * seconds, 0.03)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"part": np.ones(20480, np.uint8)}, "no field"),
        ({"soft": np.zeros(3, bool)}, "soft"),
        ({"proxy_posed": np.zeros((5, 3), np.float32)}, "both be"),
        ({"samples": 0}, "samples"),
        ({"size": 0}, "size"),
        ({"faces": np.full((20480, 3), 99999, np.int32)}, "vertex"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    scene: SphereScene, change: dict[str, Any], message: str
):
    with pytest.raises(ValueError, match=message):
        draw(scene, **change)


def test_frames_may_be_rendered_by_several_threads_at_once(scene: SphereScene):
    expected = draw(scene, size=96).rgb
    results: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: results.append(draw(scene, size=96).rgb)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and all(np.array_equal(expected, found) for found in results)
