# SPDX-License-Identifier: Apache-2.0
"""kill -9 of any process at any moment: every acknowledged record is there once, the boards are
right again by themselves. RUFBUS_ROUNDS says how often (default 12), RUFBUS_SEED where to begin."""
import os
import random
import threading

from house import House, capture, client, eventually

ROUNDS = int(os.environ.get("RUFBUS_ROUNDS", "12"))
chance = random.Random(int(os.environ.get("RUFBUS_SEED", "1")))
acknowledged, unknown, failures = {}, [], []
stop = threading.Event()


def write(house, who):
    """Adds contacts as fast as they are acknowledged, whatever happens to the service."""
    contacts, nth = house.client("contacts"), 0
    while not stop.is_set():
        nth += 1
        name = "Kunde %d-%d" % (who, nth)
        try:
            row = contacts.call("contact_add", {"name": name}, wait_ms=30000)
            acknowledged[name] = row["id"]
        except client.Unknown:
            unknown.append(name)
        except Exception as error:  # reported by the main thread
            failures.append((name, error))
            return


def all_rows(service, method, field):
    rows, after = [], None
    while True:
        page = service.call(method, {"limit": 200, **({"after": after} if after else {})})
        rows += page.get(field, [])
        if not page["more"]:
            return rows
        after = rows[-1]["id"]


def board(notifier):
    return {bytes(row["id"]): row for row in all_board(notifier)}


def all_board(notifier):
    rows, after = [], None
    while True:
        page = notifier.call("board_get", {"board": "calls", "limit": 200,
                                           **({"after": after} if after else {})})
        rows += page.get("calls", [])
        if not page["more"]:
            return rows
        after = rows[-1]["id"]


with House(["--replay", "pbx=" + capture("group_one_answers"), "--replay-pace", "real"]) as house:
    house.start("contacts", "notifier", "telephony")
    writers = [threading.Thread(target=write, args=(house, who)) for who in range(3)]
    for writer in writers:
        writer.start()
    for _ in range(ROUNDS):
        stop.wait(chance.uniform(0.05, 0.6))
        assert not failures, failures
        house.restart(chance.choice(["contacts", "notifier", "telephony", "contacts"]))
    stop.set()
    for writer in writers:
        writer.join()
    assert not failures, failures
    assert len(acknowledged) > ROUNDS, len(acknowledged)

    contacts = house.client("contacts")
    rows = all_rows(contacts, "contact_list", "contacts")
    names = [row["name"] for row in rows]
    assert len(names) == len(set(names)), "a contact exists twice"
    present = {row["name"]: row["id"] for row in rows}
    for name, known in acknowledged.items():
        assert present.get(name) == known, "acknowledged and lost: " + name
    assert set(present) <= set(acknowledged) | set(unknown), "rows that nobody asked for"

    # Calls that live at telephony are the board's, those that ended are not.
    telephony, notifier = house.client("telephony"), house.client("notifier")

    def board_is_right():
        live = {row["id"]: row for row in telephony.call("call_list", {"live": True, "limit": 200}).get("calls", [])}
        shown = board(notifier)
        return set(live) == set(shown) and all(
            shown[key]["call"]["version"] == live[key]["version"] for key in live)
    eventually(board_is_right)
    for name in ("contacts", "notifier", "telephony"):
        house.kill(name, 15)
    house.rufbus("check")
    print("ok: %d acknowledged, %d unknown, %d kills" % (len(acknowledged), len(unknown), ROUNDS))
