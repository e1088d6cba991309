# SPDX-License-Identifier: Apache-2.0
"""A FRITZ!Box's call monitor, simulated: it only speaks, forgets everything when it is restarted, gives
its connection ids again at once, and its clock may be wrong."""
import datetime
import socket
import threading


class Box:
    def __init__(self, port=0):
        self.clock = datetime.datetime(2026, 11, 28, 10, 0, 0)
        self.ending = b"\r\n"
        self.piece = 0          # send so many bytes at a time; 0: whole lines
        self.clients, self.lock = [], threading.Lock()
        self.connected = threading.Condition(self.lock)
        self.listen(port)

    def listen(self, port):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.socket.listen(4)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.socket,), daemon=True).start()

    def accept(self, listening):
        while True:
            try:
                client = listening.accept()[0]
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.clients.append(client)
                self.connected.notify_all()

    def wait_for_client(self, seconds=20):
        with self.lock:
            assert self.connected.wait_for(lambda: self.clients, seconds), "nobody came"

    def say(self, *fields):
        """One line to everybody who listens."""
        stamp = self.clock.strftime("%d.%m.%y %H:%M:%S")
        line = ";".join((stamp,) + fields).encode() + self.ending
        with self.lock:
            for client in self.clients:
                step = self.piece or len(line)
                for at in range(0, len(line), step):
                    client.sendall(line[at:at + step])

    def ring(self, connection, caller, called, trunk="SIP0"):
        self.say("RING", str(connection), caller, called, trunk, "")

    def call(self, connection, extension, own, dialled, trunk="SIP0"):
        self.say("CALL", str(connection), str(extension), own, dialled, trunk, "")

    def connect(self, connection, extension, remote):
        self.say("CONNECT", str(connection), str(extension), remote, "")

    def disconnect(self, connection, seconds):
        self.say("DISCONNECT", str(connection), str(seconds), "")

    def hang_up(self):
        """Every connection breaks; the box goes on."""
        with self.lock:
            for client in self.clients:
                client.close()
            self.clients = []

    def off(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.hang_up()

    def on(self):
        self.listen(self.port)
