# SPDX-License-Identifier: Apache-2.0
"""A PBX's manager interface that plays a capture, and takes only what Asterisk takes in the forms
that the captures show: any other byte of a client ends the connection and is remembered."""
import hashlib
import re
import socket
import threading

import ami_capture

KNOWN = {
    "Challenge": {"AuthType", "ActionID"},
    "Login": {"AuthType", "Username", "Secret", "Key", "ActionID"},
    "Ping": {"ActionID"},
    "CoreShowChannels": {"ActionID"},
    "Status": {"ActionID"},
    "Getvar": {"Channel", "Variable", "ActionID"},
    "Logoff": {"ActionID"},
}


class Pbx:
    """`events` happen one by one as the test says (`happen`); whoever is logged in is told. The
    options may be changed at any time:
      mute        actions that get no answer
      refused     actions that are answered with Permission denied
      challenge   False: no MD5
      withheld    presentation said for every caller
      piece       bytes per send; 0: as they are
      backwards   answers of lists come after later events, and one action's after another's
    """

    def __init__(self, messages, user="rufbus", secret="geheim", port=0):
        self.events = [message for message in messages
                       if message.event and message.classes is not None and
                       message.event not in ("FullyBooted", "Status")]
        self.user, self.secret = user, secret
        self.mute, self.refused = set(), set()
        self.challenge, self.withheld, self.piece, self.backwards = True, "allowed", 0, False
        self.uptime = 2000
        self.present = ami_capture.Present()
        self.happened = 0
        self.actions, self.violations, self.logins, self.asked = [], [], 0, set()
        self.changed = threading.Condition()
        self.connection, self.up, self.late = None, False, []
        self.open(port)

    def open(self, port):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen(8)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def close(self):
        """As a PBX that is gone: nobody listens."""
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes whoever accepts
        self.listener.close()
        self.cut()

    # --- what the test does
    def happen(self, count=1, half=False):
        """The next events; `half`: the last one breaks off in mid-line with the connection."""
        for nth in range(count):
            with self.changed:
                event = self.events[self.happened]
                self.happened += 1
                self.present.see(event)
                text = event.text[:len(event.text) // 2] if half and nth == count - 1 else event.text
                self._send(text)
            self._await_question(event)
        if half:
            self.cut()

    def rest(self):
        self.happen(len(self.events) - self.happened)

    def until(self, name):
        """Lets happen all up to and including the next event of this name."""
        while self.happened < len(self.events):
            self.happen()
            if self.events[self.happened - 1].event == name:
                return
        raise AssertionError("no event " + name)

    def cut(self):
        with self.changed:
            if self.connection:
                try:
                    self.connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.up = False
            self.changed.notify_all()

    def wait(self, check, seconds=30):
        with self.changed:
            assert self.changed.wait_for(check, seconds), "it never came"

    def wait_up(self):
        """Logged in, and told what is there."""
        self.wait(lambda: self.up and any(action["Action"] == "Status"
                                          for action in self.actions[self.since:]))

    # A caller's number is asked for when the call begins; a real call lasts longer than that.
    def _await_question(self, event):
        uniqueid = event.get(b"Uniqueid").decode()
        asks = (event.event == "Newchannel" and uniqueid and event.get(b"Linkedid").decode() == uniqueid and
                event.get(b"ChannelState") == b"4" and b"trunk" in event.get(b"Channel") and
                re.match(rb"\+?\d", event.get(b"CallerIDNum")) and self.up and
                "Getvar" not in self.mute | self.refused)
        if asks:
            self.wait(lambda: not self.up or event.get(b"Channel").decode() in self.asked)

    # --- what the PBX does
    def _send(self, text):
        if not (self.connection and self.up):
            return
        self._write(text)

    def _write(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        step = self.piece or len(data)
        try:
            for at in range(0, len(data), step):
                self.connection.sendall(data[at:at + step])
        except OSError:
            self.up = False

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.changed:
                self.connection, self.up = connection, False
                self.since = len(self.actions)
                if "Banner" not in self.mute:
                    self._write("Asterisk Call Manager/11.0.0\r\n")
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection):
        buffer = b""
        while True:
            try:
                data = connection.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            buffer += data
            while b"\r\n\r\n" in buffer:
                text, buffer = buffer.split(b"\r\n\r\n", 1)
                with self.changed:
                    self._take(text)
                    self.changed.notify_all()
        with self.changed:
            if connection is self.connection:
                self.up = False
            self.changed.notify_all()

    def _violation(self, text):
        self.violations.append(text)
        self.connection.shutdown(socket.SHUT_RDWR)

    def _take(self, text):
        pairs = []
        for line in text.decode().split("\r\n"):
            match = re.fullmatch(r"([A-Za-z]+): (.*)", line)
            if not match or len(line) > 1000 or "\n" in line or "\r" in line:
                return self._violation(text)
            pairs.append(match.groups())
        action = dict(pairs)
        if (pairs[0][0] != "Action" or len(action) != len(pairs) or action["Action"] not in KNOWN or
                set(action) - {"Action"} - KNOWN[action["Action"]] or "ActionID" not in action):
            return self._violation(text)
        self.actions.append(action)
        return self._answer(action)

    def _answer(self, action):
        name, ident = action["Action"], "ActionID: %s\r\n" % action["ActionID"]
        if name in self.mute:
            return
        if name not in ("Challenge", "Login") and not self.up or name in self.refused:
            self._write("Response: Error\r\n%sMessage: Permission denied\r\n\r\n" % ident)
            return
        answers = list(getattr(self, "_on_" + name.lower())(action, ident))
        if self.backwards and name in ("CoreShowChannels", "Status", "Getvar") and not self.late:
            self.late = answers  # comes behind the next answer
            return
        for text in answers + self.late:
            self._write(text)
        self.late = []

    def _on_challenge(self, action, ident):
        if not self.challenge or action.get("AuthType") != "MD5":
            yield "Response: Error\r\n%sMessage: Must specify AuthType\r\n\r\n" % ident
            return
        self.nonce = "212396711"
        yield "Response: Success\r\n%sChallenge: %s\r\n\r\n" % (ident, self.nonce)

    def _on_login(self, action, ident):
        if "Key" in action:
            key = hashlib.md5((self.nonce + self.secret).encode()).hexdigest()
            right = action["Key"] == key and action.get("AuthType") == "MD5"
        else:
            right = action.get("Secret") == self.secret
        if not right or action.get("Username") != self.user:
            self._write("Response: Error\r\n%sMessage: Authentication failed\r\n\r\n" % ident)
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.up = True
        self.logins += 1
        yield "Response: Success\r\n%sMessage: Authentication accepted\r\n\r\n" % ident
        yield ("Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: %d\r\nLastReload: %d\r\n"
               "Status: Fully Booted\r\n\r\n" % (self.uptime, self.uptime))

    def _on_ping(self, action, ident):
        yield "Response: Success\r\n%sPing: Pong\r\nTimestamp: 1795398445.123456\r\n\r\n" % ident

    def _on_logoff(self, action, ident):
        yield "Response: Goodbye\r\n%sMessage: Thanks for all the fish.\r\n\r\n" % ident

    def _on_coreshowchannels(self, action, ident):
        return self.present.core_show_channels(ident)

    def _on_status(self, action, ident):
        return self.present.status(ident)

    def _on_getvar(self, action, ident):
        self.asked.add(action["Channel"])
        if action["Variable"] != "CALLERID(pres)" or action["Channel"] not in self.present.ever:
            yield "Response: Error\r\n%sMessage: No such channel\r\n\r\n" % ident
            return
        yield ("Response: Success\r\n%sVariable: CALLERID(pres)\r\nValue: %s\r\n\r\n" %
               (ident, self.withheld))
