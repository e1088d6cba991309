# SPDX-License-Identifier: Apache-2.0
"""Frames that no client of ours would send, foreign keys, raw bytes: a clear problem or a counted
skip, and the service lives on."""
import os
import socket

import msgpack
import zmq

from house import House, client, eventually

with House() as house:
    house.start("contacts")
    good = house.client("contacts")
    address = "ipc://%s/run/contacts.sock" % house.home
    path = "%s/run/contacts.sock" % house.home

    def alive():
        assert good.call("ping")["service"] == "contacts"

    # Malformed messages on an authenticated connection.
    head = [1, client.REQUEST, "contact_add", 7, client.uuid7(), 5000]
    body = msgpack.packb({"name": "x"})
    hostile = [
        [b""], [b"", b""], [b"\xc1", body], [msgpack.packb(head)],
        [msgpack.packb(head), body, b"third"],
        [msgpack.packb(head)] + [b"x"] * 5000,
        [msgpack.packb([9] + head[1:]), body],
        [msgpack.packb(head[:1]), body],
        [msgpack.packb({"kind": 1}), body],
        [msgpack.packb(head), b"\xdd\xff\xff\xff\xff"],
        [msgpack.packb(head), b"\x91" * 100000],
        [msgpack.packb(head), b"\xff" * (900 * 1024)],
        [os.urandom(200), os.urandom(200)],
    ]
    for frames in hostile:
        eventually(lambda: good.send_frames(frames))
        alive()
    # More than a megabyte: the connection ends, the service does not.
    big = house.client("contacts")
    eventually(lambda: big.send_frames([msgpack.packb(head), b"\x00" * (12 << 20)]))
    alive()

    # Unknown methods, wrong ids, unknown fields: refused with what would be right.
    for method, inner, code in (("no_such_method", {}, "not_found"),
                                ("contact_add", {"name": "x", "nope": 1}, "invalid"),
                                ("contact_add", {"name": b"bytes"}, "invalid"),
                                ("contact_add", {"name": 1.5}, "invalid"),
                                ("contact_get", {"id": b"short"}, "invalid"),
                                ("contact_get", {"id": client.uuid7()}, "not_found")):
        try:
            good.call(method, inner)
            raise AssertionError(method)
        except client.Refused as refused:
            assert refused.problem["code"] in (code, "invalid"), refused.problem
            assert refused.problem["detail"] and refused.problem["detail_en"], refused.problem
    future = (int.from_bytes(client.uuid7()[:6], "big") + 3600000).to_bytes(6, "big")
    try:
        good.call("contact_add", {"name": "x"}, request=future + client.uuid7()[6:])
        raise AssertionError("a request from the future was accepted")
    except client.Refused as refused:
        assert refused.problem["code"] == "stale_future", refused.problem

    # A foreign key, no key at all, and bytes that are not ZMTP.
    context = zmq.Context.instance()
    for encrypted in (True, False):
        stranger = context.socket(zmq.DEALER)
        if encrypted:
            stranger.curve_publickey, stranger.curve_secretkey = zmq.curve_keypair()
            stranger.curve_serverkey = good.server
        stranger.connect(address)
        stranger.send_multipart([msgpack.packb(head), body])
        assert not stranger.poll(700), stranger.recv_multipart()
        stranger.close(linger=0)
    for junk in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" + b"\x00" * 8 + b"\x7f" + b"\x00" * 54,
                 os.urandom(4096), b""):
        raw = socket.socket(socket.AF_UNIX)
        raw.connect(path)
        try:
            raw.sendall(junk)
        except BrokenPipeError:
            pass
        raw.close()
        alive()

    figures = {figure["name"]: figure["value"] for figure in good.call("stats")["figures"]}
    assert figures["malformed"] >= 10, figures
    house.kill("contacts", 15)
    house.rufbus("check")
    print("ok")
