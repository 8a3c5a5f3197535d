"""Motion that other programs and devices send: Live Link Face and VMC, over UDP."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from models.errors import BadInput
from models.pose import Pose
from studio.drive.live_link import looking_once, parse_packet, to_pose
from studio.drive.opening import LIVE_LINK_PORT, VMC_PORTS
from studio.drive.source import Origin, Sample, clock
from studio.drive.vmc import Performer

LOOPBACK, ANYWHERE = "127.0.0.1", "0.0.0.0"
_PACKET = 65536
_TICK = 1.0 / 30.0
_SILENCE = 0.25
"""Seconds without a pose after which the performer counts as lost."""
_MOST_WAITING = 2000
"""Packets read at a time, so that a flood cannot keep a pose from coming out."""


def own_address() -> str:
    """This computer's address in its network, which others send to; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that belongs to nobody, RFC 5737
        except OSError:
            return LOOPBACK
        return str(probe.getsockname()[0])


class UdpSource:
    """Listens at a port; only this computer is heard unless it is opened.

    Attributes:
        address: where it listens. reached_at: the same as senders name it.
        packets: what came so far; poses: what of it made a pose.
    """

    live = True
    origin = Origin.DEVICE
    rate: float | None = None
    duration: float | None = None
    name = "Network"

    def __init__(self, port: int, *, opened: bool = False) -> None:
        """Take the port; ``opened`` lets other computers send. Raises ``BadInput``."""
        self._closed = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((ANYWHERE if opened else LOOPBACK, port))
        except (OSError, OverflowError) as error:
            self._socket.close()
            reason = getattr(error, "strerror", None) or error
            raise BadInput(
                f"Port {port} cannot be used ({reason}); close the program that listens there."
            ) from None
        self._socket.settimeout(_TICK)
        self.address: tuple[str, int] = self._socket.getsockname()
        host, number = self.address
        self.reached_at = f"{own_address() if host == ANYWHERE else host}:{number}"
        self.packets = self.poses = 0

    def _hear(self, packet: bytes) -> bool:
        """Take a packet in; whether it completes a pose."""
        raise NotImplementedError

    def _pose(self) -> Pose:
        """The newest complete pose."""
        raise NotImplementedError

    def samples(self) -> Iterator[Sample]:
        """See ``MotionSource``; of poses that came together only the newest is given."""
        began = heard = clock()
        try:
            while not self._closed.is_set():
                arrived, complete = self._listen()
                if complete:
                    heard = arrived
                    yield Sample(arrived - began, self._pose(), arrived, dropped=complete - 1)
                elif arrived - heard > _SILENCE:
                    yield Sample(arrived - began, None, arrived)
        finally:
            self.close()

    def _listen(self) -> tuple[float, int]:
        """Wait for packets, read all that are there; when, and how many poses they made."""
        complete = 0
        try:
            packet = self._socket.recv(_PACKET)
            arrived = clock()
            self._socket.setblocking(False)
            for _ in range(_MOST_WAITING):
                self.packets += 1
                complete += self._hear(packet)
                packet = self._socket.recv(_PACKET)
        except (TimeoutError, BlockingIOError):
            arrived = clock()
        except ConnectionResetError:  # Windows tells of an answer that was never sent
            arrived = clock()
        except OSError:
            self._closed.set()
            return clock(), 0
        finally:
            with contextlib.suppress(OSError):  # closed meanwhile
                self._socket.settimeout(_TICK)
        self.poses += complete
        return arrived, complete

    def refit(self, number: int) -> None:
        """Do nothing: the sender measures."""

    def close(self) -> None:
        """See ``MotionSource``."""
        self._closed.set()
        self._socket.close()


class LiveLinkSource(UdpSource):
    """The app Live Link Face, or a program that sends as it does."""

    name = "Live Link Face"

    def __init__(self, port: int = LIVE_LINK_PORT, *, opened: bool = False) -> None:
        """Take the port. Raises ``BadInput``."""
        super().__init__(port, opened=opened)
        self._newest = Pose.neutral()

    def _hear(self, packet: bytes) -> bool:
        read = parse_packet(packet)
        if read is not None:
            self._newest = looking_once(to_pose(read.values))
        return read is not None

    def _pose(self) -> Pose:
        return self._newest


class VmcSource(UdpSource):
    """A VMC performer, such as a face tracker or an avatar program."""

    name = "VMC"

    def __init__(self, port: int = VMC_PORTS[0], *, opened: bool = False) -> None:
        """Take the port. Raises ``BadInput``."""
        super().__init__(port, opened=opened)
        self._performer = Performer()

    def _hear(self, packet: bytes) -> bool:
        return self._performer.hear(packet)

    def _pose(self) -> Pose:
        return looking_once(self._performer.pose())
