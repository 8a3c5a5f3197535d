"""The benchmark's arithmetic, and its document in one tiny run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.avatar import Avatar
from models.bench import building, peer
from models.bench.clock import Timing, measure
from models.bench.frames import FrameBench
from models.bench.limits import Limits, measure_limits
from models.bench.run import QUICK, run_bench
from models.bench.work import FrameWork, distance_to_limits
from models.camera import Camera
from models.render.frame import FrameBuffers, render_frame
from models.render.packed import pack
from models.triplane.decoder import Decoder
from models.triplane.field import TriplaneField

TINY = replace(
    QUICK,
    runs=2,
    size=48,
    sizes=(16, 48),
    samples=(1, 2),
    planes=(16, 32),
    peer_runs={16: 1},
    webcam_frames=3,
    product_size=64,
    array_bytes=1 << 20,
)
INSTANT = Timing(1.0, 1.0, 1.0, 1)
LIMITS = Limits(100.0, 10.0, 12.0, INSTANT, INSTANT, INSTANT, 64, 1 << 20)


def test_timing() -> None:
    assert Timing.of([3.0, 1.0, 2.0]) == Timing(2.0, 1.0, 3.0, 3)
    calls: list[int] = []
    timing = measure(lambda: calls.append(1), 4, warm_up=2)
    assert len(calls) == 6 and timing.runs == 4
    assert 0 <= timing.fastest <= timing.median <= timing.slowest
    with pytest.raises(ValueError, match="no run"):
        Timing.of([])


def test_limits_are_positive() -> None:
    limits = measure_limits(64, 1 << 20, 2)
    assert min(limits.gflops, limits.copy_gbs, limits.triad_gbs) > 0
    assert limits.gflops == pytest.approx(2 * 64**3 / limits.product.fastest / 1e9)
    assert limits.triad_gbs == pytest.approx(3 * (1 << 20) / limits.triad.fastest / 1e9)


def test_work_by_hand() -> None:
    work = FrameWork(pixels=9, points=4, samples=10, channels=32, hidden=64)
    lookups = 3 * 4 * 32 * 2 + 2 * 32
    layers = 2 * 32 * 64 + 2 * 64 * 4
    activations = 65 * 19 + 3 * 42
    assert work.operations == 10 * (lookups + layers + activations)
    assert work.texel_bytes == 10 * 3 * 4 * 32 * 4
    distance = distance_to_limits(work, 1e-6, LIMITS)
    assert distance.gflops == pytest.approx(work.operations / 1e-6 / 1e9)
    assert distance.share_of_product == pytest.approx(distance.gflops / 100)
    assert distance.share_of_triad == pytest.approx(distance.texel_gbs / 12)
    assert distance.seconds_at_limit == pytest.approx(distance.seconds * distance.share_of_product)


def even_field(density: float) -> tuple[TriplaneField, Decoder]:
    """A cube of one density and mid-grey."""
    field = TriplaneField(np.zeros((3, 32, 4, 4), np.float32), np.zeros(3, np.float32), 9.0)
    b2 = np.zeros(33, np.float32)
    b2[0] = 1 + np.log(np.expm1(density))
    layers = np.zeros((64, 32), np.float32), np.zeros(64, np.float32)
    return field, Decoder(*layers, np.zeros((33, 64), np.float32), b2)


def test_kernel_counts_its_samples() -> None:
    field, decoder = even_field(1.0)
    fields, packed = pack([field], decoder)
    corners = np.float32([[-9, -9, 0], [9, -9, 0], [0, 9, 0]])
    buffers = FrameBuffers()
    for size, samples in ((32, 3), (48, 2)):
        render_frame(
            proxy_canonical=corners,
            proxy_posed=corners,
            faces=np.int32([[0, 1, 2]]),
            part=np.zeros(1, np.uint8),
            fields=fields,
            decoder=packed,
            camera=Camera.orbit(),
            size=size,
            samples=samples,
            buffers=buffers,
        )
        points, shaded = buffers.arrays["counts"].sum(0)
        assert (points, shaded) == (size**2, samples * size**2)


def test_peer_renders_what_the_equations_say() -> None:
    field, decoder = even_field(1.0)
    image = peer.render_eg3d(field, decoder, Camera.orbit(), 8)
    assert image.shape == (33, 8, 8)
    # Absorption between the first and the last sample of a stretch of 1.05 units.
    length = 1.05 * (1 - 1 / 48)
    assert image[32] == pytest.approx(1 - np.exp(-length), abs=5e-3)
    assert image[0] / image[32] == pytest.approx(0.5, abs=1e-3)


def test_peer_sees_what_our_renderer_sees(sample_avatar: Avatar) -> None:
    head = sample_avatar.fields()[0]
    camera = sample_avatar.source_camera
    image = peer.render_eg3d(head, sample_avatar.parts.decoder, camera, 64).numpy()
    neutral = sample_avatar.render(sample_avatar.source_pose, camera, 64)
    both = (image[32] > 0.95) & (neutral[3] > 0.95)
    assert both.mean() > 0.25
    error = np.abs(image[:3] - neutral[:3])[:, both]
    assert np.median(error) < 0.06


def test_importance_samples_gather_at_the_surface() -> None:
    depths = torch.linspace(0, 1, 11)[None]
    weights = torch.zeros(1, 10)
    weights[0, 6] = 1
    chosen = peer._importance(depths, weights, 48)
    assert ((chosen > 0.45) & (chosen < 0.85)).float().mean() > 0.9
    assert (chosen.diff() >= 0).all()


def test_document_of_a_quick_run(sample_avatar: Avatar) -> None:
    report = run_bench(None, sample_avatar, TINY, "cpu")
    document = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert document["quick"] is True and document["device"] == "cpu"
    assert document["threads"] >= 1 and document["environment"]["processor"]
    assert document["build"] is None
    assert [row["setting"] for row in document["growth"]["resolution"]] == [16, 48]
    assert [row["setting"] for row in document["growth"]["samples_per_ray"]] == [1, 2]
    assert [row["setting"] for row in document["growth"]["plane_resolution"]] == [16, 32]
    small, large = (row["samples"] for row in document["growth"]["resolution"])
    assert 0 < small < large
    one, two = (row["samples"] for row in document["growth"]["samples_per_ray"])
    assert 0 < one <= two <= 2 * one
    (row,) = document["peer"]
    assert row["ratio"] == pytest.approx(row["peer"]["median"] / row["ours"]["median"])
    assert any("not measured at 48 x 48" in note for note in document["notes"])
    stages = document["frame_stages"]
    for name in ("deform", "set_up", "draw", "march", "composite", "whole"):
        assert stages[name]["fastest"] <= stages[name]["median"] <= stages[name]["slowest"]
    assert document["frame"]["size"] == 48
    webcam = document["webcam"]
    assert webcam is not None and webcam["whole"]["median"] > webcam["landmarks"]["fastest"] > 0
    if stages["march"]["median"] > 0:
        assert document["distance"]["share_of_product"] > 0
    else:
        assert document["distance"] is None


def test_portrait_steps_and_stage_peaks(astronaut_png: Path) -> None:
    steps = building._portrait_steps(str(astronaut_png))
    names = ["read", "detect", "crop", "segment", "matte", "unmix", "background", "parse"]
    assert list(steps) == names and min(steps.values()) > 0
    peaks = building.StagePeaks()
    for stage in ("fit", "bake", "fit"):
        peaks.begin(stage)
    peaks.end()
    if peaks.megabytes:
        assert set(peaks.megabytes) == {"fit", "bake"}
        assert min(peaks.megabytes.values()) > 10


def test_one_bench_serves_many_runs(sample_avatar: Avatar) -> None:
    bench = FrameBench(sample_avatar)
    first = bench.stages(32, 1)
    assert first.work.pixels == 32 * 32 and first.work.points > 0
    assert first.march.median <= first.whole.slowest + first.march.slowest
