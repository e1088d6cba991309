# SPDX-License-Identifier: Apache-2.0
"""A1, A10, E11: what people want of a PBX reaches it once, in its own words, and what became of it
is seen. The forms of the actions are those of the captures' client_actions; ChannelId beside them."""
import ami_capture
from ami_server import KNOWN, Pbx
from house import House, capture, eventually

ACTS = {
    "Originate": {"Channel", "Context", "Exten", "Priority", "Timeout", "CallerID", "ChannelId",
                  "Async", "ActionID"},
    "BlindTransfer": {"Channel", "Exten", "Context", "ActionID"},
    "Redirect": {"Channel", "Exten", "Context", "Priority", "ActionID"},
    "Hangup": {"Channel", "Cause", "ActionID"},
}


class ActingPbx(Pbx):
    """Takes the acts too, and answers them from `answers`: "" is the success that was seen."""

    def __init__(self, name):
        KNOWN.update(ACTS)
        self.answers = {}
        super().__init__(ami_capture.connections(capture(name))[0].messages)

    def _act(self, action, ident, said):
        error = self.answers.get(action["Action"])
        yield "Response: %s\r\n%sMessage: %s\r\n\r\n" % ("Error" if error else "Success", ident, error or said)

    def _on_originate(self, action, ident):
        return self._act(action, ident, "Originate successfully queued")

    def _on_blindtransfer(self, action, ident):
        return self._act(action, ident, "Transfer succeeded")

    def _on_redirect(self, action, ident):
        return self._act(action, ident, "Redirect successful")

    def _on_hangup(self, action, ident):
        return self._act(action, ident, "Channel Hungup")

    def acted(self, name):
        return [action for action in self.actions if action["Action"] == name]

    def rename(self, old, new):
        """The rest of the capture, as if the PBX had called something otherwise."""
        for event in self.events[self.happened:]:
            event.text = event.text.replace(old.encode(), new.encode())


def option(pbx):
    return ["--ami", "pbx=rufbus:geheim@127.0.0.1:%d" % pbx.port]


def begin(pbx):
    house = House(option(pbx))
    house.start("contacts", "telephony")
    house.json("call", "staff_add", "name=Anna", 'extensions=["101"]')
    house.json("call", "staff_add", "name=Joerg", 'extensions=["102"]')
    pbx.wait_up()
    eventually(lambda: house.json("links")["links"][0]["connected"])
    eventually(lambda: figure(house, "rows_staff") == 2)
    return house


def figure(house, name):
    figures = house.json("--service", "telephony", "stats")["figures"]
    return {one["name"]: one["value"] for one in figures}.get(name)


def act(house, ident):
    return house.json("act", "show", ident)


def settled(house, ident, state):
    return eventually(lambda: act(house, ident)["state"] == state and act(house, ident))


def live_call(house):
    rows = [row for row in house.json("calls")["calls"] if row["state"] == "talking"]
    return rows[0]["id"] if rows else None


# --- a click to dial: the order names the call's first channel, and the call names the order
pbx = ActingPbx("originate_success")
with begin(pbx) as house:
    for typed in ("0900 1234567", "112"):
        house.rufbus("dial", typed, "extension=101", code=1)
    assert not pbx.acted("Originate")
    order = house.json("dial", "0171 3920011", "extension=101")
    pbx.wait(lambda: pbx.acted("Originate"))
    sent = pbx.acted("Originate")[0]
    assert (sent["Channel"], sent["Exten"], sent["Context"], sent["ChannelId"], sent["Async"]) == \
        ("PJSIP/101", "01713920011", "from-internal", order["id"], "true"), sent
    pbx.rename("1795398516.619", order["id"])
    pbx.rename("click-1001", sent["ActionID"])
    pbx.rest()
    done = settled(house, order["id"], "done")
    call = house.json("call", "show", done["call"])
    assert (call["direction"], call["agent"], call["called"], call["source_ref"]) == \
        ("click_to_dial", "101", "01713920011", order["id"]), call
    assert len(pbx.acted("Originate")) == 1 and not pbx.violations, pbx.violations

    # The link breaks before the PBX has answered: it may have happened, and is not tried again.
    pbx.mute.add("Originate")
    order = house.json("dial", "0171 3920011", "extension=101")
    pbx.wait(lambda: len(pbx.acted("Originate")) == 2)
    pbx.cut()
    settled(house, order["id"], "unknown")
    pbx.wait_up()

    # So does a kill -9: what was begun is unknown afterwards.
    eventually(lambda: house.json("links")["links"][0]["connected"])
    order = house.json("dial", "0171 3920011", "extension=101")
    pbx.wait(lambda: len(pbx.acted("Originate")) == 3)
    house.restart("telephony", 9)
    assert settled(house, order["id"], "unknown")["reason"]
    pbx.wait_up()
    assert len(pbx.acted("Originate")) == 3

# --- a conversation is forwarded; what the PBX refuses has failed, with its reason
pbx = ActingPbx("inbound_answered_caller_hangs_up")
with begin(pbx) as house:
    pbx.until("BridgeEnter")
    pbx.until("BridgeEnter")
    call = eventually(lambda: live_call(house))
    pbx.answers["BlindTransfer"] = "Channel doesn't exist"
    order = house.json("forward", call, "102")
    assert "exist" in settled(house, order["id"], "failed")["reason"]
    pbx.answers.clear()
    order = house.json("forward", call, "102")
    settled(house, order["id"], "done")
    sent = pbx.acted("BlindTransfer")[-1]
    assert sent["Channel"].startswith("PJSIP/101-") and sent["Exten"] == "102", sent
    order = house.json("hangup", call)
    settled(house, order["id"], "done")
    assert pbx.acted("Hangup")[-1]["Channel"].startswith("PJSIP/trunk-"), pbx.acted("Hangup")
    pbx.rest()
    eventually(lambda: house.json("calls")["calls"][0]["state"] == "ended")
    assert "schon zu Ende" in house.rufbus("hangup", call, code=1)
    assert not pbx.violations, pbx.violations
print("ok")
