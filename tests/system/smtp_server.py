# SPDX-License-Identifier: Apache-2.0
"""A real SMTP server on loopback (aiosmtpd: ESMTP, STARTTLS, AUTH) whose behaviour a test decides."""
import logging
import os
import socket
import ssl
import subprocess
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


def certificate(folder, name, host="localhost"):
    """A self-signed certificate and its key; the paths of both."""
    cert, key = os.path.join(folder, name + ".crt"), os.path.join(folder, name + ".key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=" + host, "-addext", "subjectAltName=DNS:" + host, "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    return cert, key


logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)


class Handler:
    def __init__(self):
        self.mails = []         # bytes, as taken
        self.rcpt = []          # what to answer to the next recipients; then 250
        self.data = []          # what to do with the next texts: an answer, "cut", "take and cut"
        self.logins = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt:
            answer = self.rcpt.pop(0)
            if answer:
                return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        what = self.data.pop(0) if self.data else None
        if what == "cut":
            server.transport.abort()
            return "451 gone"
        self.mails.append((session.authenticated, session.ssl is not None, envelope.rcpt_tos[0],
                           envelope.original_content))
        if what == "take and cut":
            server.transport.abort()
            return "451 gone"
        return what or "250 2.0.0 Ok: queued as RB%04d" % len(self.mails)


class Server:
    def __init__(self, cert, key, port=0):
        self.handler = Handler()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)

        def authenticate(server, session, envelope, mechanism, data):
            right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"haus", b"geheim")
            self.handler.logins.append(right)
            return AuthResult(success=right, handled=right)

        self.controller = Controller(self.handler, hostname="127.0.0.1", port=port or free_port(),
                                     tls_context=context, require_starttls=True, auth_required=True,
                                     authenticator=authenticate)
        self.controller.start()
        self.port = self.controller.port

    def stop(self):
        self.controller.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Silent:
    """Takes connections and never says a word."""
    def __init__(self, port=0):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.socket.listen(8)
        self.port = self.socket.getsockname()[1]
        self.taken, self.came = [], threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                self.taken.append(self.socket.accept()[0])
                self.came.set()
            except OSError:
                return

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for one in self.taken:
            one.close()
