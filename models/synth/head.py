"""A synthetic head: one lit, coloured surface that can be seen from anywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.animate.proxy import Part
from models.camera import Camera
from models.head.assemble import HeadMesh, Region, assemble_head, skin_landmarks
from models.head.eyeball import uv_from_direction
from models.head.open_head import OpenHeadData, load_open_head
from models.head.paint import paint_eye, paint_mouth
from models.render.scene import vertex_normals
from models.render.zbuffer import rasterize
from models.synth.hair import hair_surface
from models.synth.light import irradiance, studio
from models.synth.person import Person, draw_person
from models.synth.skin import inner_skin, paint_skin
from models.synth.surface import Surface, refine, stacked, unit
from models.synth.torso import torso_surface

FloatArray = NDArray[np.float32]

_REFINEMENTS = 2
_SUPERSAMPLE = 2
_GAMMA = 2.2
_GLOSS = 24.0


@dataclass(frozen=True)
class SyntheticHead:
    """A person's surface in canonical space, with the light that falls on it.

    Attributes:
        person: who.
        vertices: (V, 3) canonical; normals: (V, 3) unit; faces: (F, 3) int32.
        colours: (V, 3) linear reflectance under the light that falls on it.
        gloss: (V,) strength of the key light's gleam; key: (3,) direction towards that light.
    """

    person: Person
    vertices: FloatArray
    normals: FloatArray
    faces: NDArray[np.int32]
    colours: FloatArray
    gloss: FloatArray
    key: FloatArray

    def picture(self, camera: Camera, size: int) -> FloatArray:
        """What ``camera`` sees, (4, size, size): straight sRGB and opacity."""
        rays = size * _SUPERSAMPLE
        where, depth = camera.project(self.vertices)
        hits = rasterize(where * rays, depth, self.faces, rays, rays)
        seen = hits.triangle >= 0
        look = np.zeros((rays, rays, 4), np.float32)
        look[seen, :3] = hits.interpolate(self.faces, self._shaded(camera))
        look[seen, 3] = 1.0
        small = look.reshape(size, _SUPERSAMPLE, size, _SUPERSAMPLE, 4).mean((1, 3))
        opacity = small[..., 3:]
        linear = small[..., :3] / np.maximum(opacity, 1e-6)
        straight = np.clip(linear, 0, 1) ** (1 / _GAMMA)
        picture = np.concatenate([straight, opacity], -1).transpose(2, 0, 1)
        return np.ascontiguousarray(picture, np.float32)

    def _shaded(self, camera: Camera) -> FloatArray:
        """Linear colours (V, 3) towards a camera: diffuse, and a soft gleam of the key light."""
        half = unit(unit(camera.position - self.vertices) + self.key)
        gleam = np.clip(np.einsum("nd,nd->n", self.normals, half), 0, 1) ** _GLOSS
        return np.asarray(self.colours + (self.gloss * gleam)[:, None], np.float32)


def make_head(seed: int) -> SyntheticHead:
    """The synthetic head number ``seed``: the same number gives the same head.

    Raises MissingAsset when the open head is not installed.
    """
    data = load_open_head()
    person = draw_person(data, seed)
    mesh = assemble_head(data, person.identity)
    posed = mesh.rig.deform(person.pose)
    # Hair lies on skin that is neither inside the head nor on the ears.
    outer = np.flatnonzero(np.isin(data.region, (Region.FACE, Region.NECK)))
    ears = np.flatnonzero(data.region == Region.EAR)
    average = np.asarray(data.subdivision @ data.template[: data.control_count], np.float32)
    normals = vertex_normals(posed[: mesh.skin_count], data.skin_faces)
    torso = torso_surface(person)
    hair = hair_surface(person, posed[outer], normals[outer], average[outer], posed[ears])
    return _lit(person, [_head_surface(data, mesh, person, posed, average), hair, torso])


def _lit(person: Person, surfaces: list[Surface]) -> SyntheticHead:
    """All surfaces under one light; each throws its shadow on the others."""
    lamps, strength = studio(person.rng(30))
    coarse = np.concatenate([s.vertices for s in surfaces])
    light = irradiance(
        coarse,
        np.concatenate([s.coarse_normals for s in surfaces]),
        stacked([s.faces for s in surfaces], [len(s.vertices) for s in surfaces]),
        lamps,
        strength,
    )
    shares = np.split(light, np.cumsum([len(s.vertices) for s in surfaces])[:-1])
    spread = [s.fine(share) for s, share in zip(surfaces, shares, strict=True)]
    colours = [
        s.colours**_GAMMA * (1 + (bright - 1) * s.contrast)[:, None]
        for s, bright in zip(surfaces, spread, strict=True)
    ]
    return SyntheticHead(
        person=person,
        vertices=np.concatenate([s.fine(s.vertices) for s in surfaces]),
        normals=np.concatenate([s.normals for s in surfaces]),
        faces=stacked([s.fine.faces for s in surfaces], [len(s.normals) for s in surfaces]),
        colours=np.concatenate(colours).astype(np.float32),
        gloss=np.concatenate([s.shine * b for s, b in zip(surfaces, spread, strict=True)]),
        key=unit((lamps * strength[:, None]).sum(0)[None])[0],
    )


def _head_surface(
    data: OpenHeadData, mesh: HeadMesh, person: Person, posed: FloatArray, average: FloatArray
) -> Surface:
    """Skin, eyeballs and mouth of a posed head."""
    fine = refine(mesh.faces, len(posed), _REFINEMENTS)
    outside = mesh.part == Part.HEAD
    coarse = np.zeros_like(posed)
    for chosen in (outside, ~outside):
        own = vertex_normals(posed, mesh.faces[chosen])
        coarse += np.where(np.abs(coarse).sum(1, keepdims=True) > 0, 0, own)
    skin = slice(0, mesh.skin_count)

    def spread(values: FloatArray) -> FloatArray:
        """Values of skin vertices at all fine vertices; 0 away from the skin."""
        whole = np.zeros((len(posed), *values.shape[1:]), np.float32)
        whole[skin] = values
        return fine(whole)

    on_skin = spread(np.ones(mesh.skin_count, np.float32)) > 0.5
    landmarks = skin_landmarks(data, average)
    colours = np.zeros((fine.matrix.shape[0], 3), np.float32)
    colours[on_skin] = paint_skin(
        person,
        spread(average)[on_skin],
        spread(inner_skin(mesh.skin_region))[on_skin],
        spread((mesh.skin_region == Region.EAR).astype(np.float32))[on_skin],
        landmarks,
    )
    shine = np.where(on_skin, 0.045, 0.0).astype(np.float32)
    contrast = on_skin.astype(np.float32)
    for start, eye in mesh.eyes:
        direction = np.zeros_like(posed)
        direction[start : start + len(eye.vertices)] = unit(eye.vertices)
        local = fine(direction)
        mine = np.abs(local).sum(1) > 0.1
        colours[mine] = paint_eye(
            uv_from_direction(unit(local[mine])),
            iris_rgb=person.iris,
            highlight=(0.2, 0.3),
            seed=person.seed,
        )
        shine[mine], contrast[mine] = 0.25, 0.75
    mouth = np.zeros_like(posed)
    mouth[mesh.mouth_start :] = paint_mouth(mesh.mouth, tone_rgb=person.skin)
    inside = fine(mouth)
    mine = ~on_skin & (inside.sum(1) > 0)
    colours[mine], contrast[mine], shine[mine] = inside[mine], 0.5, 0.05
    return Surface(
        vertices=posed,
        faces=mesh.faces,
        normals=unit(fine(coarse)),
        fine=fine,
        colours=colours,
        shine=shine,
        contrast=contrast,
    )
