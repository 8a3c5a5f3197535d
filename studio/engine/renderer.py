"""From a request to a picture: camera, live pose, background, device and its fallback."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.camera import Camera
from models.errors import BadInput
from models.pose import Pose
from studio.engine import device as devices
from studio.engine.events import DeviceChanged, Notice
from studio.engine.faults import out_of_memory
from studio.engine.live import blinking, looking_at
from studio.engine.modes import Plan, plan
from studio.engine.request import FrameRequest
from studio.session.look import BackgroundKind, Look

if TYPE_CHECKING:
    from models.background import Background

STAGES = ("pose", "render", "composite", "convert")
_FALLBACK = (
    "The GPU has too little free memory, so pictures are now rendered on the processor. To try it"
    " again, close other programs that use it, then choose cpu and your device in the preferences."
)


@dataclass(frozen=True, eq=False)
class Rendered:
    """A picture (S, S, 3 or 4) uint8 and milliseconds by stage."""

    picture: NDArray[np.uint8]
    nearest: bool
    milliseconds: dict[str, float]


class Renderer:
    """Renders requests; for one thread at a time."""

    def __init__(self, device: str, tell: Callable[[Notice | DeviceChanged], None]) -> None:
        """``device`` as for ``Avatar.render``, looked for at the first picture."""
        self._wanted = device
        self._device: str | None = None
        self._tell = tell
        self._backgrounds: dict[tuple[object, ...], Background | None] = {}

    @property
    def device(self) -> str:
        """Where pictures are rendered; the processor where the wanted device is not there."""
        if self._device is None:
            try:
                self._device = devices.choose(self._wanted)
            except BadInput as error:
                self._device = "cpu"
                self._tell(DeviceChanged("cpu", str(error)))
                return "cpu"
            self._tell(DeviceChanged(self._device))
        return self._device

    def use(self, device: str) -> None:
        """Render elsewhere from the next picture on; the same device again changes nothing."""
        if device != self._wanted:
            self._wanted, self._device = device, None

    def render(self, request: FrameRequest) -> Rendered:
        """Render; a GPU that runs out of memory hands over to the processor."""
        try:
            return self._render(request)
        except Exception as error:
            if self._device in (None, "cpu") or not out_of_memory(error):
                raise
        # Outside the handler: the error's frames hold the arrays that filled the memory.
        self._device = "cpu"
        self._tell(DeviceChanged("cpu", _FALLBACK))
        return self._render(request)

    def _render(self, request: FrameRequest) -> Rendered:
        from studio.deliver.stills import to_pixels

        started = time.perf_counter()
        if request.shape:
            request = replace(request, avatar=request.avatar.reshaped(request.shape))
        how = plan(request.look)
        if how.notice is not None:
            self._tell(Notice(how.notice))
        size = min(request.quality.size, how.largest or request.quality.size)
        camera = request.view.camera(request.avatar.source_camera, request.look.fov)
        pose = _living_pose(request, camera)
        background = self._background(request.look)
        ready = time.perf_counter()
        times = dict.fromkeys(STAGES, 0.0)
        image = self._image(request, how, pose, camera, size, background, times)
        rendered = time.perf_counter()
        picture = to_pixels(image)
        if how.bones:
            from studio.engine.bones import draw_bones

            draw_bones(picture, request.avatar.parts.proxy.rig, pose, camera)
        times["convert"] = 1e3 * (time.perf_counter() - rendered)
        times["pose"] += 1e3 * (ready - started)
        return Rendered(picture, how.largest is not None, times)

    def _image(
        self,
        request: FrameRequest,
        how: Plan,
        pose: Pose,
        camera: Camera,
        size: int,
        background: Background | None,
        times: dict[str, float],
    ) -> NDArray[np.float32]:
        if how.branch is None:
            return _nothing(request, size, background)
        image: NDArray[np.float32] = request.avatar.render(
            pose,
            camera,
            size=size,
            background=background,
            branch=how.branch,
            mode=how.mode,
            reference=False,
            samples=request.quality.samples,
            device=self.device,
            timings=times,
        )
        return image

    def _background(self, look: Look) -> Background | None:
        """The layer for a look; the same object for the same look, as avatars cache by it."""
        key: tuple[object, ...] = (look.background, look.colour, look.image)
        if look.background == BackgroundKind.IMAGE:
            key = (look.background, look.image, _changed_at(look.image))
        if key not in self._backgrounds:
            if len(self._backgrounds) >= 8:
                del self._backgrounds[next(iter(self._backgrounds))]
            self._backgrounds[key] = self._read_background(look)
        return self._backgrounds[key]

    def _read_background(self, look: Look) -> Background | None:
        from models.background import Background

        text = {
            BackgroundKind.PHOTO: "photo",
            BackgroundKind.BLURRED: "blur",
            BackgroundKind.COLOUR: look.colour,
            BackgroundKind.IMAGE: look.image or "photo",
            BackgroundKind.TRANSPARENT: "transparent",
        }[look.background]
        try:
            return Background.parse(text)
        except BadInput as error:
            gone = look.image is not None and not Path(look.image).is_file()
            why = f"{look.image} is not there any more" if gone else str(error).rstrip(".")
            self._tell(Notice(f"{why}; the photo's background stands in."))
            return Background("photo")


def _changed_at(path: str | None) -> float | None:
    try:
        return None if path is None else Path(path).stat().st_mtime
    except OSError:
        return None


def _living_pose(request: FrameRequest, camera: Camera) -> Pose:
    pose = request.pose
    if request.look_at_camera:
        pose = looking_at(pose, camera, request.avatar.parts.proxy.rig)
    return blinking(pose, request.blink)


def _nothing(
    request: FrameRequest, size: int, background: Background | None
) -> NDArray[np.float32]:
    """The picture of an empty sum of branches: the background alone."""
    if background is None:
        return np.zeros((4, size, size), np.float32)
    photo = request.avatar.parts.source.background.astype(np.float32) / np.float32(255)
    return background.layer(photo, size)
