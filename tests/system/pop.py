# SPDX-License-Identifier: Apache-2.0
"""A4: `rufbus watch calls` warns of an opponent: in words everywhere, in red on a terminal only; a
locked file is shown to nobody; whoever is picked in mid-call is shown at once."""
import os
import pty
import subprocess
import threading

import ami_capture
from ami_server import Pbx
from house import BIN, House, capture, eventually, followed

RED = "\033[1;31mGEGNER in 12/2026-K\033[0m"


class Watcher:
    """rufbus watch calls, into a pipe or a terminal, and what it has said so far."""

    def __init__(self, house, terminal):
        self.said = b""
        if terminal:
            self.source, sink = pty.openpty()
        else:
            self.source, sink = os.pipe()
        self.process = subprocess.Popen([BIN + "/rufbus", "--home", house.home, "watch", "calls"],
                                        stdout=sink, stderr=subprocess.DEVNULL)
        os.close(sink)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while piece := os.read(self.source, 65536):
                self.said += piece
        except OSError:
            pass  # a terminal whose other end is closed

    def text(self):
        return self.said.decode("utf-8", "replace")

    def wait(self, text):
        eventually(lambda: text in self.text())

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def settle(house):
    for by, of in (("telephony", "contacts"), ("notifier", "contacts"), ("notifier", "telephony")):
        followed(house, by, of)


pbx = Pbx(ami_capture.connections(capture("inbound_answered_caller_hangs_up"))[0].messages)
with House(["--ami", "pbx=rufbus:geheim@127.0.0.1:%d" % pbx.port]) as house:
    house.start("contacts", "telephony", "notifier")
    pbx.wait_up()
    eventually(lambda: house.json("links")["links"][0]["connected"])
    petra = house.json("call", "contact_add", "name=Petra Hansen", 'phones=[{"typed": "040 669690-123"}]')
    otto = house.json("call", "contact_add", "name=Otto Schulze", "handling_note=hört schlecht")
    anna = house.json("call", "staff_add", "name=Anna Kern")
    house.json("call", "file_add", "number=12/2026-K", "title=Muster gegen Hansen", "lawyer=" + anna["id"],
               'parties=[{"contact": "%s", "role": "opponent"}]' % petra["id"])
    house.json("call", "file_add", "number=13/2026-G", "lawyer=" + anna["id"], "locked=true",
               'parties=[{"contact": "%s", "role": "opponent"}, {"contact": "%s", "role": "opponent"}]'
               % (petra["id"], otto["id"]))
    settle(house)
    watchers = pipe, terminal = Watcher(house, False), Watcher(house, True)
    for watcher in watchers:
        watcher.wait("Tafel")
    pbx.until("BridgeEnter")
    pbx.until("BridgeEnter")
    pipe.wait("Petra Hansen (sicher)  GEGNER in 12/2026-K")
    terminal.wait(RED)
    row = eventually(lambda: [row for row in house.json("board", "calls")["calls"]
                              if row["call"]["state"] == "talking"])[0]
    assert row["callers"][0]["opponent"] is True, row
    assert row["callers"][0]["files"][0]["responsible_name"] == "Anna Kern", row

    house.json("call", "call_contact_set", "call=" + row["id"], "version=0", "contact=" + otto["id"])
    for watcher in watchers:
        watcher.wait("Otto Schulze (von Hand bestimmt)")
        watcher.wait("hört schlecht")
        watcher.end()
        assert "13/2026" not in watcher.text(), watcher.text()
    assert "\033" not in pipe.text(), pipe.text()
    assert "Otto Schulze (von Hand bestimmt)  GEGNER" not in pipe.text(), pipe.text()
