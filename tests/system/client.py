# SPDX-License-Identifier: Apache-2.0
"""A complete Rufbus client, knowing nothing but the contract: Debian's python3-zmq and
python3-msgpack. It calls methods, retries with the same id, opens streams, resumes them.

    client.py HOME KEY call SERVICE METHOD [JSON]
    client.py HOME KEY watch [EPOCH SEQ]       one JSON line per message, until killed
"""
import json
import os
import re
import sys
import time
import uuid

import msgpack
import zmq

REQUEST, REPLY, HINT, STREAM = 1, 2, 3, 4


def uuid7():
    ms = int(time.time() * 1000)
    value = bytearray(ms.to_bytes(6, "big") + os.urandom(10))
    value[6] = value[6] & 0x0F | 0x70
    value[8] = value[8] & 0x3F | 0x80
    return bytes(value)


def read_key(path):
    """The words of a key file: `public Z85` and, in NAME.key, `secret Z85`."""
    words = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            match = re.match(r"(public|secret)\s+(\S+)", line)
            if match:
                words[match[1]] = match[2].encode()
    return words


class Refused(Exception):
    def __init__(self, problem):
        super().__init__(problem["code"] + ": " + problem["detail"])
        self.problem = problem


class Unknown(Exception):
    """No answer within the deadline: it may or may not have happened."""


class Client:
    def __init__(self, home, key, service):
        self.context = zmq.Context.instance()
        self.home, self.service = home, service
        self.key = read_key(os.path.join(home, "keys", key + ".key"))
        self.server = read_key(os.path.join(home, "keys", "trusted", service))["public"]
        self.correlation = 0
        self.events = []
        self.socket = None
        self.connect()

    def connect(self):
        if self.socket:
            self.socket.close(linger=0)
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.curve_publickey = self.key["public"]
        self.socket.curve_secretkey = self.key["secret"]
        self.socket.curve_serverkey = self.server
        # Sent now or not at all: what waits in a queue would be asked again anyway.
        self.socket.immediate = 1
        self.socket.sndtimeo = 0
        self.socket.connect("ipc://%s/run/%s.sock" % (self.home, self.service))

    def send(self, head, body):
        return self.send_frames([msgpack.packb(head), msgpack.packb(body)])

    def send_frames(self, frames):
        """True when they are on their way. Without a connection nothing is kept."""
        try:
            self.socket.send_multipart(frames)
            return True
        except zmq.Again:
            return False

    def receive(self, wait_ms):
        """The next message's head and body; None when none came in time."""
        if not self.socket.poll(wait_ms):
            return None
        frames = self.socket.recv_multipart()
        return msgpack.unpackb(frames[0]), msgpack.unpackb(frames[1]) if len(frames) > 1 else None

    def call(self, method, body=None, wait_ms=10000, request=None):
        """The answer's body. The id is the same on every try, so nothing happens twice."""
        request = request or uuid7()
        deadline, pause = time.monotonic() + wait_ms / 1000, 0.3
        self.correlation += 1
        mine, silences = self.correlation, 0
        while time.monotonic() < deadline:
            left = max(1, int((deadline - time.monotonic()) * 1000))
            # libzmq does not come back from every broken connection: after three silences a new
            # socket asks (streams opened on the old one are over).
            if silences == 3:
                self.connect()
                silences = 0
            sent = self.send([1, REQUEST, method, mine, request, left], body or {})
            silences += 1
            until = min(deadline, time.monotonic() + (pause if sent else 0.2))
            while time.monotonic() < until:
                got = self.receive(max(1, int((until - time.monotonic()) * 1000)))
                if not got:
                    continue
                head, answer = got
                silences = 0
                if head[1] == STREAM:
                    self.events.append(answer)
                elif head[1] == REPLY and head[2] == mine:
                    if head[3] == "ok":
                        return answer
                    if head[3] not in ("busy", "unavailable"):
                        raise Refused(answer)
                    time.sleep(answer.get("retry_after_ms", 200) / 1000)
            pause = min(pause * 2, 5) if sent else pause
        raise Unknown(method)

    def open_stream(self, place=None, credit=100, **order):
        body = {"board": "calls", "credit": credit, **order}
        if place:
            body["epoch"], body["seq"] = place
        self.events.clear()
        return self.call("stream_open", body)["stream"]

    def next_event(self, stream, wait_ms):
        """The stream's next message; gives one credit back for it. None: nothing came."""
        deadline = time.monotonic() + wait_ms / 1000
        while True:
            while self.events:
                event = self.events.pop(0)
                if event["stream"] == stream:
                    self.give_credit(stream, 1)
                    return event
            left = int((deadline - time.monotonic()) * 1000)
            got = self.receive(max(1, left)) if left > 0 else None
            if not got and left <= 0:
                return None
            if got and got[0][1] == STREAM:
                self.events.append(got[1])

    def give_credit(self, stream, credit):
        self.correlation += 1
        head = [1, REQUEST, "stream_credit", self.correlation, uuid7(), 5000]
        self.send(head, {"stream": stream, "credit": credit})


def plain(value):
    if isinstance(value, bytes):
        return str(uuid.UUID(bytes=value)) if len(value) == 16 else value.hex()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def main():
    home, key, verb = sys.argv[1:4]
    if verb == "call":
        body = json.loads(sys.argv[6]) if len(sys.argv) > 6 else {}
        print(json.dumps(plain(Client(home, key, sys.argv[4]).call(sys.argv[5], body))))
        return
    place = (int(sys.argv[4]), int(sys.argv[5])) if len(sys.argv) > 5 else None
    watch(Client(home, key, "notifier"), place)


def watch(client, place):
    """Prints a stream's messages; opens it again where it broke off."""
    while True:
        try:
            stream = client.open_stream(place)
            event = {"kind": "opened"}
            while event["kind"] != "closed":
                event = client.next_event(stream, 5000)
                if event is None:
                    # A sign of life that must be answered: the connection may be gone.
                    client.call("stream_credit", {"stream": stream, "credit": 0})
                    event = {"kind": "silence"}
                    continue
                place = (event["epoch"], event["seq"])
                print(json.dumps(plain(event)), flush=True)
        except Unknown:
            continue
        except Refused as refused:
            if refused.problem["code"] != "not_found":
                raise


if __name__ == "__main__":
    main()
