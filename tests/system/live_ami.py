# SPDX-License-Identifier: Apache-2.0
"""The running service at a manager interface: the same records as from the capture, whatever
happens to the line, to the PBX, or to the service itself."""
import glob
import os
import signal
import socket
import threading

import ami_capture
from ami_server import Pbx
from house import House, capture, eventually
from replay_truth import replay

FIELDS = ("source_ref", "state", "direction", "caller", "caller_name", "called", "queue", "agent",
          "agents_rung", "outcome", "transferred_to", "transfer_type", "ended_by", "action_id")
AT_ONCE = 20  # links of one service


def pbx_of(name):
    return Pbx(ami_capture.connections(capture(name))[0].messages)


def option(name, pbx, secret="geheim"):
    return ["--ami", "%s=rufbus:%s@127.0.0.1:%d" % (name, secret, pbx.port)]


def calls_of(house, **query):
    rows, after = [], None
    while True:
        page = house.json("call", "call_list", "--service", "telephony", "limit=200",
                          *["%s=%s" % item for item in query.items()],
                          *(["after=" + after] if after else []))
        rows += page["calls"]
        if not page["more"]:
            return rows
        after = rows[-1]["id"]


def plain(row, but=()):
    return {field: row.get(field) for field in FIELDS if field not in but}


def link(house, name):
    links = house.json("call", "link_list", "--service", "telephony")["links"]
    return [row for row in links if row["source"] == name][0]


def only(house, **query):
    rows = calls_of(house, **query)
    assert len(rows) == 1, rows
    return rows[0]


def ended(house):
    row = only(house)
    return row if row["state"] == "ended" else None


def whole_captures():
    """Each capture with one connection, at one of many PBXs at once, in single bytes and pieces."""
    names = sorted(os.path.basename(path)[:-len(".truth.json")]
                   for path in glob.glob(capture("*")[:-len(".ami")] + ".truth.json"))
    names = [name for name in names if not os.path.exists(capture(name + ".conn2")) and
             not name.startswith(("login_", "reconnect_", "account_full"))]
    for start in range(0, len(names), AT_ONCE):
        some = names[start:start + AT_ONCE]
        links = {name: pbx_of(name) for name in some}
        options = []
        for nth, (name, pbx) in enumerate(links.items()):
            pbx.piece = (0, 1, 7)[nth % 3]
            pbx.challenge = nth % 4 != 3
            pbx.backwards = nth % 5 == 4
            pbx.withheld = "prohib_not_screened" if name == "caller_clir_pai" else "allowed"
            options += option(name, pbx)
        with House(options) as house:
            house.start("telephony")
            for name, pbx in links.items():
                pbx.wait_up()
                pbx.rest()
            for name, pbx in links.items():
                compare(house, name, pbx)


def compare(house, name, pbx):
    want = sorted((plain(row) for row in replay(capture(name))), key=lambda row: row["source_ref"])
    if name == "caller_clir_pai":
        want[0].update(caller=None, caller_name=None)

    def rows():
        got = [row for row in calls_of(house) if row["source"] == name]
        done = len(got) == len(want) and all(row["state"] == "ended" for row in got)
        return (got,) if done else None

    got = sorted((plain(row) for row in eventually(rows)[0]), key=lambda row: row["source_ref"])
    for a, b in zip(got, want):
        if name == "caller_number_injection":
            a["caller"] = b["caller"]  # all is over before it can be asked whether to show it
        assert a == b, (name, {key: (a[key], b[key]) for key in a if a[key] != b[key]})
    assert not pbx.violations, (name, pbx.violations)
    assert "Secret" not in pbx.actions[1] or not pbx.challenge, "the secret crossed the network"
    pbx.close()


NAME = "inbound_answered_caller_hangs_up"


def line_lost_in_mid_call():
    pbx = pbx_of(NAME)
    with House(option("pbx", pbx)) as house:
        house.start("telephony")
        pbx.wait_up()
        pbx.until("BridgeEnter")
        pbx.happen(1, half=True)  # the caller enters: not heard
        pbx.wait_up()
        pbx.rest()
        row = eventually(lambda: ended(house))
        assert plain(row) == plain(replay(capture(NAME))[0]), row
        assert pbx.logins == 2, pbx.logins


def end_in_the_gap():
    pbx = pbx_of(NAME)
    with House(option("pbx", pbx)) as house:
        house.start("telephony")
        pbx.wait_up()
        pbx.until("DialBegin")
        eventually(lambda: only(house)["agents_rung"] == ["101"])
        port = pbx.port
        pbx.close()
        pbx.rest()
        pbx.open(port)
        pbx.wait_up()
        row = eventually(lambda: ended(house))
        assert (row["outcome"], row["ended_by"], row["ended_at"]) == ("unknown", "unknown", None), row


def killed_in_mid_call():
    pbx = pbx_of(NAME)
    with House(option("pbx", pbx)) as house:
        house.start("telephony")
        pbx.wait_up()
        pbx.until("BridgeEnter")
        pbx.happen()
        before = eventually(lambda: [row for row in calls_of(house) if row["state"] == "talking"])[0]
        house.kill("telephony", signal.SIGKILL)
        house.start("telephony")
        pbx.wait_up()
        pbx.rest()
        row = eventually(lambda: ended(house))
        assert plain(row) == plain(replay(capture(NAME))[0]), row
        for field in ("id", "started_at", "ring_at", "answered_at"):
            assert row[field] == before[field], field


def wrong_secret():
    pbx = pbx_of(NAME)
    with House(option("pbx", pbx, "falsch")) as house:
        house.start("telephony")
        row = eventually(lambda: [row for row in [link(house, "pbx")]
                                  if "lehnt die Anmeldung ab" in (row["detail"] or "")])[0]
        assert not row["connected"] and "manager.conf" in row["detail"], row
        assert "falsch" not in row["detail"].replace("Kennwort ist falsch", ""), row
        pbx.secret = "falsch"  # somebody mends it: the link comes up by itself
        pbx.wait_up()
        assert eventually(lambda: link(house, "pbx")["connected"])


def nobody_may_be_asked():
    for how in ("refused", "mute"):
        pbx = pbx_of("caller_clir_pai")
        getattr(pbx, how).add("Getvar")
        with House(option("pbx", pbx)) as house:
            house.start("telephony")
            pbx.wait_up()
            pbx.until("DialState")
            eventually(lambda: only(house)["caller"] == "+4915228895456")
            pbx.rest()
            eventually(lambda: ended(house))


def recordings():
    """Servers that play what a capture holds to whoever comes, deaf to what is said to them."""
    names = ("queue_answered", "caller_number_injection", "restart_midcall", "stop_gracefully",
             "reconnect_midcall_simple")

    def play(listener, name):
        streams = ami_capture.connections(capture(name))
        for nth, stream in enumerate(streams):
            connection, _ = listener.accept()
            for at in range(0, len(stream.bytes), 777):
                connection.sendall(stream.bytes[at:at + 777])
            if nth + 1 < len(streams):
                connection.close()
            else:
                kept.append(connection)

    options, kept, links = [], [], []
    for name in names:
        listener = socket.create_server(("127.0.0.1", 0))
        links.append(listener)
        threading.Thread(target=play, args=(listener, name), daemon=True).start()
        options += ["--ami", "%s=rufbus:geheim@127.0.0.1:%d" % (name, listener.getsockname()[1])]
    with House(options) as house:
        house.start("telephony")
        for name in names:
            want = sorted((plain(row) for row in replay(capture(name))),
                          key=lambda row: row["source_ref"])

            def got():
                return sorted((plain(row) for row in calls_of(house) if row["source"] == name),
                              key=lambda row: row["source_ref"])
            eventually(lambda: got() == want)


def main():
    for work in (recordings, whole_captures, line_lost_in_mid_call, end_in_the_gap, killed_in_mid_call,
                 wrong_secret, nobody_may_be_asked):
        work()
        print("passed ", work.__name__, flush=True)


if __name__ == "__main__":
    main()
