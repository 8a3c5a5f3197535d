from __future__ import annotations

import numpy as np
import torch

from models.animate.proxy import Proxy
from models.camera import Camera
from models.render.composite import over_background
from models.render.frame import DEFAULT_BAND, Frame, render_frame
from models.render.packed import pack
from models.render.visible_warp import visible_layers
from models.triplane.reference import Quality, ReferenceImage, render_reference
from tests.models.render.scenes import RADIUS, SphereScene, sphere_scene

BRIGHT = np.full(3, 2, np.float32)


class StillProxy(Proxy):
    """A proxy without a rig."""

    def __init__(self, scene: SphereScene, soft: np.ndarray) -> None:
        for name, value in (
            ("canonical", scene.vertices),
            ("faces", scene.faces),
            ("part", scene.part),
            ("soft", soft),
        ):
            object.__setattr__(self, name, value)


def pictures(scene: SphereScene, soft: np.ndarray, size: int) -> tuple[Frame, ReferenceImage]:
    """The same view by the fast renderer, with many samples, and by the reference."""
    camera, posed = Camera.orbit(yaw=20, pitch=10), scene.vertices
    fields, decoder = pack([scene.field], scene.decoder)
    fast = render_frame(
        proxy_canonical=posed, proxy_posed=posed, faces=scene.faces, part=scene.part,
        fields=fields, decoder=decoder, camera=camera, size=size, samples=16, soft=soft,
    )  # fmt: skip
    layers = visible_layers(StillProxy(scene, soft), posed, camera, 2 * size, DEFAULT_BAND)
    with torch.no_grad():
        dense = render_reference(
            [scene.field], scene.decoder, camera, size, layers=layers,
            quality=Quality(24, 24, supersample=2),
        )  # fmt: skip
    return fast, dense


def test_reference_follows_the_rule_of_solid_and_soft_triangles():
    """A proxy off the field's surface: solid above, half translucent below."""
    scene = sphere_scene(4, margin=0.0055)
    soft = scene.vertices[scene.faces].mean(1)[:, 1] < 0
    fast, dense = pictures(scene, soft, 40)
    alpha = dense.alpha.numpy()
    assert (alpha[0, 12:18, 14:26] > 0.9999).all()
    assert 0.02 < alpha[0, 22:28, 14:26].mean() < 0.98
    expected = over_background(dense.rgb.numpy(), alpha, BRIGHT)
    error = over_background(fast.rgb, fast.alpha, BRIGHT) - expected
    assert 10 * np.log10(BRIGHT[0] ** 2 / np.mean(error**2)) > 35


def test_reference_of_a_surface_far_from_its_field_is_opaque():
    scene = sphere_scene(3, margin=0.05)
    fast, dense = pictures(scene, np.zeros(len(scene.faces), bool), 32)
    assert dense.alpha[0, 10:22, 10:22].min() > 0.9999
    error = np.abs(dense.rgb.numpy() - fast.rgb)[:, 10:22, 10:22]
    assert error.max() < 0.02 and np.ptp(fast.rgb[0, 10:22, 10:22]) > 0.2
    assert abs(float(dense.depth[0, 16, 16]) - (2.7 - RADIUS - 0.05)) < DEFAULT_BAND
