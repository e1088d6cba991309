# SPDX-License-Identifier: Apache-2.0
"""A client that is not ours: it calls a method, opens a stream, is killed, resumes."""
import json
import selectors
import subprocess
import sys

from house import House, capture, client, eventually


def watch(house, place=()):
    return subprocess.Popen([sys.executable, client.__file__, house.home, "admin", "watch",
                             *[str(part) for part in place]], stdout=subprocess.PIPE, bufsize=0)


def read(process, seconds=60):
    """The next message; an error when none comes, instead of waiting for ever."""
    line = b""
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            assert ready.select(seconds), "no message for %s s, after %r" % (seconds, line)
            piece = process.stdout.readline()
            assert piece, "the watcher has ended"
            line += piece
    return json.loads(line)


with House() as house:
    house.start("contacts", "notifier", "telephony")
    contacts = house.client("contacts")
    made = contacts.call("contact_add", {"name": "Anna Müller", "phones": [{"typed": "030 1234567"}]})
    assert made["version"] == 1 and made["phones"][0]["e164"] == "+49301234567", made
    found = contacts.call("contact_find", {"name": "mueller"})["matches"]
    assert [match["contact"]["id"] for match in found] == [made["id"]], found

    # The same request again is answered as before; with another body it is refused.
    request = client.uuid7()
    first = contacts.call("contact_add", {"name": "Einmal"}, request=request)
    assert contacts.call("contact_add", {"name": "Einmal"}, request=request) == first
    try:
        contacts.call("contact_add", {"name": "Anders"}, request=request)
        raise AssertionError("one id for two requests was accepted")
    except client.Refused as refused:
        assert refused.problem["code"] == "conflict", refused.problem

    for body, field in (({"name": 5}, "name"), ({"nom": "x"}, "nom"), ({"name": "x" * 121}, "name"),
                        ({"name": "x", "phones": [{"label": "a"}]}, "phones[0].typed")):
        try:
            contacts.call("contact_add", body)
            raise AssertionError(body)
        except client.Refused as refused:
            assert refused.problem["code"] == "invalid", refused.problem
            assert refused.problem["field"] == field, refused.problem

    # A stream: begun, killed, resumed. Nothing is missing, nothing comes twice.
    first = watch(house)
    assert read(first)["kind"] == "snapshot_begin"
    end = read(first)
    assert end["kind"] == "snapshot_end", end
    house.kill("telephony", 15)
    house.telephony = ["--replay", "pbx=" + capture("inbound_answered_caller_hangs_up")]
    house.start("telephony")
    seen = [read(first) for _ in range(2)]
    first.kill()
    first.wait()
    last = seen[-1]
    second = watch(house, (last["epoch"], last["seq"]))
    while not seen[-1].get("deleted"):
        seen.append(read(second))
    second.kill()
    second.wait()
    assert all(event["kind"] == "change" for event in seen), seen
    places = [event["seq"] for event in seen]
    assert places == sorted(set(places)), places
    versions = [event["row"]["version"] for event in seen if not event.get("deleted")]
    assert versions == list(range(1, len(versions) + 1)), versions

    # The stream, read again from behind its first change, is the same. (The log was empty before
    # it, and place 0 begins anew with a snapshot.)
    whole = watch(house, (seen[0]["epoch"], seen[0]["seq"]))
    again = [read(whole) for _ in seen[1:]]
    whole.kill()
    whole.wait()
    for event in seen + again:
        del event["stream"], event["nth"]
    assert again == seen[1:], (again, seen)

    # A revoked key is cut off with its next message.
    house.rufbus("keys", "new", "wallboard", "roles=board", "scope=house")
    board = house.client("notifier", "wallboard")
    eventually(lambda: board.call("ping"))
    house.rufbus("keys", "revoke", "wallboard")

    def cut_off():
        try:
            board.call("ping", wait_ms=1000)
            return False
        except (client.Refused, client.Unknown):
            return True
    eventually(cut_off)
    print("ok")
