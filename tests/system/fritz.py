# SPDX-License-Identifier: Apache-2.0
"""A FRITZ!Box at the running telephony: calls, missed calls, the box's and our own restarts."""
import datetime

from fritz_box import Box
from house import House, eventually, followed

box = Box()
with House(["--fritz", "box=localhost:%d,area=30,machine=40-49" % box.port, "--area", "40"]) as house:
    house.start("contacts", "notifier", "telephony")
    house.rufbus("contact", "add", "name=Anna Müller", 'phones=[{"typed": "030 12345678"}]')
    followed(house, "telephony", "contacts")
    box.wait_for_client()
    eventually(lambda: house.json("links")["links"][0]["connected"])
    assert house.json("links")["links"][0]["kind"] == "fritz"

    def calls():
        return house.json("calls").get("calls", [])

    def newest(**wanted):
        """Of the newest calls the one that is so; waits for it."""
        return eventually(lambda: next((one for one in calls() if all(
            one[name] == value for name, value in wanted.items())), None))

    # --- rings (in single bytes), is answered, ends; the box's own number has no area code
    box.piece = 1
    box.ring(0, "03012345678", "7654321")
    row = newest(state="ringing")
    assert row["caller"] == "+493012345678" and row["called"] == "+49307654321", row
    assert row["shown_contact"]["name"] == "Anna Müller", row
    assert row["source_time"] == "28.11.26 10:00:00" and row["line"] == "SIP0", row
    box.connect(0, 10, "03012345678")
    newest(state="talking", agent="10")
    box.disconnect(0, 0)
    assert newest(state="ended")["outcome"] == "answered"
    box.piece = 0

    # --- missed twice, once withheld; G1: grouped by caller
    for _ in range(2):
        box.ring(0, "03012345678", "7654321")
        newest(state="ringing")
        box.clock += datetime.timedelta(seconds=20)     # a blocked number's would be the same
        box.disconnect(0, 0)
        eventually(lambda: not [one for one in calls() if one["state"] != "ended"])
    box.ring(0, "", "7654321")
    newest(state="ringing")
    box.clock += datetime.timedelta(seconds=20)
    box.disconnect(0, 0)
    missed = eventually(lambda: len(house.json("missed").get("missed", [])) == 2 and house.json("missed"))["missed"]
    anna = next(one for one in missed if one["name"] == "Anna Müller")
    assert anna["count"] == 2 and anna["numbers"] == ["+493012345678"], anna
    # ... and ticked off when somebody reaches them.
    box.call(1, 10, "7654321", "*31#12345678#")
    box.connect(1, 10, "12345678")
    done = eventually(lambda: house.json("missed", "done=true").get("missed", []))
    assert done[0]["id"] == anna["id"] and done[0]["done_how"] == "reached", done
    box.disconnect(1, 5)
    row = newest(direction="outbound", state="ended")
    assert row["called"] == "+493012345678" and row["dialled"] == "*31#12345678#", row
    stranger = house.json("missed")["missed"][0]
    house.rufbus("missed", "done", stranger["id"], str(stranger["version"]), "ohne Nummer")
    assert "Nichts" in house.rufbus("missed")

    # --- the answering machine is no person; a blocked number is not missed
    box.ring(0, "03055555555", "7654321")
    box.connect(0, 40, "03055555555")
    eventually(lambda: newest(caller="+493055555555")["state"] == "waiting")
    box.disconnect(0, 20)
    assert newest(caller="+493055555555", state="ended")["outcome"] == "voicemail"
    box.ring(0, "03066666666", "7654321")
    box.disconnect(0, 0)
    assert newest(caller="+493066666666", state="ended")["outcome"] == "rejected"

    # --- the summer hour is given twice: our own clock decides
    box.clock = datetime.datetime(2026, 10, 25, 2, 59, 59)
    box.ring(0, "03077777777", "7654321")
    box.clock = datetime.datetime(2026, 10, 25, 2, 0, 1)
    box.connect(0, 10, "03077777777")
    box.disconnect(0, 0)
    row = newest(caller="+493077777777", state="ended")
    assert row["started_at"] <= row["answered_at"] <= row["ended_at"], row

    # --- the box is restarted in mid-call: the call is in doubt, and the next one ends it unseen
    box.clock = datetime.datetime(2026, 11, 28, 12, 0, 0)
    box.ring(0, "03088888888", "7654321")
    newest(caller="+493088888888", state="ringing")
    box.off()
    eventually(lambda: not house.json("links")["links"][0]["connected"])
    box.on()
    box.wait_for_client()
    box.ring(0, "03099999999", "7654321")
    assert newest(caller="+493088888888", state="ended")["outcome"] == "unknown"

    # --- we are killed while it rings, and it is answered in the meantime
    newest(caller="+493099999999", state="ringing")
    house.kill("telephony", 9)
    box.hang_up()
    house.start("telephony")
    box.wait_for_client()
    eventually(lambda: house.json("links")["links"][0]["connected"])
    box.connect(0, 10, "03099999999")
    newest(caller="+493099999999", state="talking")
    box.disconnect(0, 0)
    row = newest(caller="+493099999999", state="ended")
    assert row["outcome"] == "answered", row
    assert len([one for one in calls() if one["caller"] == "+493099999999"]) == 1

    # --- lines of another world do no harm
    box.ending = b"\n"
    for line in (("HOLD", "0"), ("RING", "x", "1", "2"), ("",), ("CONNECT", "7", "10", "0301"), ("x" * 5000,)):
        box.say(*line)
    box.ring(0, "03044444444", "7654321")
    newest(caller="+493044444444", state="ringing")
    assert house.json("links")["links"][0]["skipped"] >= 2

    for name in ("contacts", "notifier", "telephony"):
        house.kill(name, 15)
    house.rufbus("check")

    # --- two boxes count their extensions alike: each but one needs leading digits of its own
    house.telephony += ["--fritz", "other=localhost:%d" % box.port]
    refused = house.fails_to_start("telephony")
    assert "prefix" in refused and "other" in refused, refused
    house.telephony[-1] += ",prefix=7"
    house.start("telephony")
    house.kill("telephony", 15)
    print("ok")
box.off()
