"""Network sources: what senders send is understood, garbage changes nothing."""

from __future__ import annotations

import math
import socket
import struct
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BadInput
from models.pose import PRESETS
from studio.drive.live_link import COUNT, ORDER, looking_once, parse_packet, to_pose, to_values
from studio.drive.network_source import LOOPBACK, LiveLinkSource, VmcSource
from studio.drive.osc import parse_osc
from studio.drive.vmc import Performer


def live_link_packet(values, device="6A3B-phone", subject="iPhone") -> bytes:
    parts = [b"\x06"]
    for text in (device, subject):
        parts += [struct.pack(">i", len(text)), text.encode()]
    parts += [struct.pack(">ifii", 120, 0.5, 60, 1), bytes([len(values)])]
    return b"".join([*parts, struct.pack(f">{len(values)}f", *values)])


def padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def osc(address: str, *arguments: object) -> bytes:
    tags, body = ",", b""
    for value in arguments:
        if isinstance(value, str):
            tags, body = tags + "s", body + padded(value.encode() + b"\0")
        elif isinstance(value, int):
            tags, body = tags + "i", body + struct.pack(">i", value)
        else:
            tags, body = tags + "f", body + struct.pack(">f", value)
    return padded(address.encode() + b"\0") + padded(tags.encode() + b"\0") + body


def bundle(*messages: bytes) -> bytes:
    return b"#bundle\0" + bytes(8) + b"".join(struct.pack(">i", len(m)) + m for m in messages)


VALUES = np.linspace(0.1, 0.9, COUNT).astype(np.float32)


def test_a_packet_is_read():
    packet = parse_packet(live_link_packet(VALUES))
    assert packet is not None and (packet.device, packet.subject) == ("6A3B-phone", "iPhone")
    assert np.array_equal(packet.values, VALUES)
    pose = to_pose(packet.values)
    assert pose.coefficient("jawOpen") == pytest.approx(VALUES[ORDER.index("jawOpen")])
    back = to_values(pose, VALUES[[57, 60]])
    assert np.abs(back - VALUES).max() < 1e-5


DAMAGED = {
    "empty": b"",
    "count": live_link_packet(VALUES[:52]),
    "nan": live_link_packet([math.nan, *VALUES[1:]]),
    "range": live_link_packet([7.0, *VALUES[1:]]),
    "cut": live_link_packet(VALUES)[:-1],
    "more": live_link_packet(VALUES) + b"x",
    "length": b"\x06\xff\xff\xff\xff" + live_link_packet(VALUES)[5:],
    "text": live_link_packet(VALUES).replace(b"iPhone", b"iPh\xff\xfee"),
    "no face": live_link_packet(VALUES[:0]),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_packets_are_none(data):
    assert parse_packet(data) is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_garbage_is_survived(data):
    packet = parse_packet(data)
    assert packet is None or np.isfinite(packet.values).all()
    performer = Performer()
    performer.hear(data)
    performer.pose()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_nearly_right_packets_are_survived(data):
    whole = data.draw(
        st.sampled_from(
            [
                live_link_packet(VALUES),
                bundle(osc("/VMC/Ext/Blend/Val", "JawOpen", 0.5), osc("/VMC/Ext/Blend/Apply")),
                osc("/VMC/Ext/Bone/Pos", "Head", *(float(x) for x in (0, 0, 0, 0, 0, 0, 1))),
            ]
        )
    )
    broken = bytearray(whole)
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=6)
    ):
        broken[place] = value
    end = data.draw(st.integers(0, len(whole)))
    packet = parse_packet(bytes(broken[:end]))
    assert packet is None or np.isfinite(packet.values).all()
    performer = Performer()
    performer.hear(bytes(broken[:end]))
    pose = performer.pose()
    assert np.isfinite(pose.blendshapes).all()


def test_osc_messages_of_nested_bundles():
    data = bundle(osc("/a", 1, 0.5, "xyz"), bundle(osc("/b")))
    first, second = parse_osc(data)
    assert (first.address, first.arguments) == ("/a", (1, 0.5, "xyz"))
    assert (second.address, second.arguments) == ("/b", ())
    assert parse_osc(padded(b"/c\0") + padded(b",TFN\0"))[0].arguments == (True, False, None)


def test_osc_bundles_may_not_nest_for_ever():
    data = osc("/a")
    for _ in range(50):
        data = bundle(data)
    with pytest.raises(ValueError, match="nested"):
        parse_osc(data)


def test_vmc_counts_when_it_is_applied():
    performer = Performer()
    assert not performer.hear(osc("/VMC/Ext/Blend/Val", "BrowInnerUp", 0.75))
    assert performer.pose().coefficient("browInnerUp") == 0
    assert performer.hear(osc("/VMC/Ext/Blend/Apply"))
    assert performer.pose().coefficient("browInnerUp") == 0.75


def test_vmc_knows_vrm_expressions():
    performer = Performer()
    performer.hear(
        bundle(
            osc("/VMC/Ext/Blend/Val", "Blink_L", 1.0),
            osc("/VMC/Ext/Blend/Val", "A", 0.5),
            osc("/VMC/Ext/Blend/Apply"),
        )
    )
    pose = performer.pose()
    assert (pose.coefficient("eyeBlinkLeft"), pose.coefficient("eyeBlinkRight")) == (1, 0)
    wanted = 0.5 * PRESETS["aa"].coefficient("jawOpen")
    assert wanted > 0 and pose.coefficient("jawOpen") == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("axis", "wanted"), [((1, 0, 0), (1, 0, 0)), ((0, 1, 0), (0, -1, 0)), ((0, 0, 1), (0, 0, -1))]
)
def test_vmc_bones_are_mirrored_from_unity(axis, wanted):
    performer = Performer()
    sine, cosine = math.sin(0.2), math.cos(0.2)
    turn = [float(sine * value) for value in axis]
    performer.hear(osc("/VMC/Ext/Bone/Pos", "Head", 0.0, 0.0, 0.0, *turn, cosine))
    performer.hear(osc("/VMC/Ext/Bone/Pos", "LeftEye", 0.0, 0.0, 0.0, *turn, cosine))
    pose = performer.pose()
    assert np.allclose(pose.head, 0.4 * np.array(wanted), atol=1e-6)
    # An eye that turns about +X looks down, about canonical +Y to the viewer's right.
    assert np.allclose(pose.gaze_left, [0.4 * wanted[1], -0.4 * wanted[0]], atol=1e-6)


def listening(source, packets, count):
    """The first ``count`` samples with a pose, while ``packets`` arrive again and again."""
    stop = threading.Event()

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while not stop.is_set():
                for packet in packets:
                    out.sendto(packet, source.address)
                stop.wait(0.01)

    sender = threading.Thread(target=send)
    sender.start()
    found = []
    try:
        for sample in source.samples():
            if sample.pose is not None:
                found.append(sample)
            if len(found) == count:
                break
    finally:
        stop.set()
        sender.join()
        source.close()
    return found


def test_live_link_is_heard_through_garbage():
    source = LiveLinkSource(port=0)
    assert source.address[0] == LOOPBACK
    samples = listening(source, [b"junk", live_link_packet(VALUES), b"\xff" * 3000], 3)
    assert samples[2].pose.coefficient("jawOpen") == pytest.approx(VALUES[ORDER.index("jawOpen")])
    # The eyes' angles are given, so their coefficients are not counted a second time.
    assert samples[2].pose.coefficient("eyeLookInLeft") == 0
    assert samples[0].seconds < samples[1].seconds < samples[2].seconds


def test_vmc_is_heard():
    source = VmcSource(port=0)
    packet = bundle(osc("/VMC/Ext/Blend/Val", "jawOpen", 0.5), osc("/VMC/Ext/Blend/Apply"))
    assert listening(source, [b"junk", packet], 2)[1].pose.coefficient("jawOpen") == 0.5
    # Junk is counted, but makes no pose.
    assert source.packets > source.poses >= 2


def test_vrm_looks_turn_the_eyes():
    performer = Performer()
    performer.hear(osc("/VMC/Ext/Blend/Val", "LookLeft", 0.5))
    performer.hear(osc("/VMC/Ext/Blend/Apply"))
    pose = looking_once(performer.pose())
    # The subject's left is the viewer's right.
    assert pose.gaze_left[0] == pytest.approx(pose.gaze_right[0]) and pose.gaze_left[0] > 0.2


def test_silence_is_a_lost_face():
    source = LiveLinkSource(port=0)
    sample = next(source.samples())
    source.close()
    assert sample.pose is None and sample.seconds >= 0.2


def test_a_port_in_use_is_told():
    source = LiveLinkSource(port=0)
    try:
        with pytest.raises(BadInput, match=r"^Port \d+ cannot be used .*\.$"):
            VmcSource(port=source.address[1])
    finally:
        source.close()


def test_closing_from_elsewhere_ends_the_samples():
    source = VmcSource(port=0)
    threading.Timer(0.1, source.close).start()
    assert all(sample.pose is None for sample in source.samples())
