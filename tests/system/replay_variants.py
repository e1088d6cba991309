# SPDX-License-Identifier: Apache-2.0
"""What the captures could have been as well: seen by accounts with other rights, with a line that
breaks and comes back anywhere, from a PBX with other names, and with forgeries at every place where
a caller's number is printed. What is hidden becomes unknown; nothing else may change.

RUFBUS_ROUNDS gaps per capture (default 2), RUFBUS_SEED where to begin."""
import os
import random
import re
import tempfile

import ami_capture
from ami_capture import Message, Present
from replay_truth import TESTS, replay, seconds

CAPTURES = TESTS + "/data/ami/"
NAMES = sorted(name[:-len(".truth.json")] for name in os.listdir(CAPTURES)
               if name.endswith(".truth.json"))
SOME = [name for name in NAMES if name != "load_120"]
FIELDS = ("state", "direction", "caller", "caller_name", "called", "queue", "agent", "agents_rung",
          "started_at", "ring_at", "answered_at", "ended_at", "talk_ms", "outcome",
          "transferred_to", "transfer_type", "transfer_answered", "ended_by")
TIMES = ("ring_at", "answered_at", "ended_at")
UNKNOWN = (None, "unknown")
NUMBER = b"+4940669690123"
NUMBER_MAX = 79  # bytes; longer ones are cut by the PBX
CAPTURED = {name: ami_capture.connections(CAPTURES + name) for name in NAMES}
failures = []


def by_source(files):
    rows = {}
    for row in replay(*files):
        rows.setdefault(row["source"], {})[row["source_ref"]] = row
    return rows


HONEST = by_source([CAPTURES + name + ".ami" for name in NAMES])


def fail(*words):
    failures.append(words)


def played(change, names=SOME):
    """The records when every connection's messages are changed so."""
    with tempfile.TemporaryDirectory() as folder:
        return by_source([ami_capture.write(folder, name, [change(name, connection.messages)
                                                           for connection in CAPTURED[name]])
                          for name in names])


def same(title, got, but=(), back=lambda field, value: value, names=SOME):
    for name in names:
        want, rows = HONEST.get(name, {}), got.get(name, {})
        if set(rows) != set(want):
            fail(title, name, sorted(set(rows) ^ set(want)))
        for ref in set(rows) & set(want):
            for field in FIELDS:
                if field not in but and back(field, rows[ref][field]) != want[ref][field]:
                    fail(title, name, ref, field, rows[ref][field], want[ref][field])


# --- rights
def sees(*classes):
    return lambda name, messages: [message for message in messages if message.classes is None or
                                   message.classes & set(classes)]


# An account with event filters sees only these; what they tell wrongly is named: a program's order
# to hang up looks like a hangup, and a linked id that changed is seen late.
FILTERED = ("Newchannel", "Newstate", "DialBegin", "DialEnd", "BridgeEnter", "BridgeLeave",
            "Hangup", "BlindTransfer", "AttendedTransfer")
FOOLED = {("ami_hangup", "ended_by"), ("restart_midcall", "ended_by"),
          ("transfer_attended_refer_external", "ended_at")}


def check_rights():
    # The dialled number of a call that had begun before is told by Status, which call hides.
    some = [name for name in SOME if name != "reconnect_ringing"]
    same("call", played(sees("call", "system"), some), ("queue",), names=some)
    same("call,agent", played(sees("call", "agent"), some), names=some)
    filtered = played(lambda name, messages: [message for message in messages if
                                              message.classes is None or message.event in FILTERED])
    for name in SOME:
        for ref, want in HONEST.get(name, {}).items():
            row = filtered[name][ref]
            for field in FIELDS:
                if row[field] not in UNKNOWN + (want[field],) and (name, field) not in FOOLED and not (
                        field == "ring_at" and abs(seconds(row[field]) - seconds(want[field])) < 0.05):
                    fail("filtered", name, ref, field, row[field], want[field])
    for name, rows in played(sees("cdr")).items():
        if name.startswith("reconnect"):
            continue  # the lists were asked for
        for ref, row in rows.items():
            want = HONEST[name][ref]
            known = {field: row[field] for field in FIELDS if field not in ("state", "started_at")
                     and row[field] not in UNKNOWN + ([], 0)}
            if set(known) - {"direction", "caller"}:
                fail("cdr", name, ref, known)
            for field, value in known.items():
                if value != want[field]:
                    fail("cdr", name, ref, field, value, want[field])
            # Whole seconds, and only as near as the rows come to the end of the call.
            if abs(seconds(row["started_at"]) - seconds(want["started_at"])) > 6:
                fail("cdr", name, ref, row["started_at"], want["started_at"])


# --- names
def text(change):
    return lambda name, messages: [Message(change(message.text), message.at) for message in messages]


def check_names():
    for trunk in (b"PJSIP/provider-telekom", b"SIP/488123456", b"IAX2/sipgate", b"DAHDI/i1/0301",
                  b"DAHDI/1", b"PJSIP/anonymous"):
        same(trunk.decode(), played(text(lambda old, trunk=trunk: old.replace(
            b"PJSIP/trunk-", trunk + b"-"))))

    def contexts(old):
        old = old.replace(b"from-trunk", b"from-pstn").replace(b"from-internal", b"from-internal-x")
        return re.sub(rb"(Context: )(ddi|amt)\b", rb"\1ext-did-0002", old)
    same("contexts", played(text(contexts)))

    def named(old):
        old = re.sub(rb"(Privilege: [^\r]*\r\n(Timestamp: [^\r]*\r\n)?)", rb"\1SystemName: berlin\r\n",
                     old)
        return re.sub(rb"((?:Uniqueid|Linkedid|UniqueID): )(179\d+\.\d+)", rb"\1berlin-\2", old)
    rows = {name: {ref[len("berlin-"):]: row for ref, row in calls.items()}
            for name, calls in played(text(named)).items()}
    same("systemname", rows)
    for digits in (b"2", b"30", b"500"):
        def longer(old, digits=digits):
            # 101 becomes 21, 3001, 50001: the last digits stay.
            def other(match):
                return match[1] + digits + (match[2][-1:] if len(digits) == 1 else match[2][1:]) + \
                    match[3]
            old = re.sub(rb"(PJSIP[/_])(10[1-4])(\b)", other, old)
            old = re.sub(rb"((?:Exten|CallerIDNum|ConnectedLineNum|Extension|Source|Destination|DNID)"
                         rb": )(10[1-9])(\r)", other, old)
            return re.sub(rb"(Local/)(10[1-9])(@)", other, old)

        def back(field, value, digits=digits.decode()):
            def one(text):
                if isinstance(text, str) and re.fullmatch(digits + r"\d{%d}" % min(2, len(digits)),
                                                          text):
                    return "10" + text[-1]
                return text
            if isinstance(value, list):
                return [one(item) for item in value]
            return one(value) if field in ("caller", "called", "agent", "transferred_to") else value
        same("extensions like %s01" % digits.decode(), played(text(longer)), (), back)


# --- forgeries
FORGED = (
    "\r\nUniqueid: 1\r\nLinkedid: 1", "\r\nEvent: Hangup", "\r\nContext: x\r\nExten: 666\r\nPriority: 1",
    "\r\nChannelState: 6\r\nChannelStateDesc: Up", "\r\n\r\n", "\r\n\r\n\r\n\r\n",
    "\r\n\r\nEvent: Hangup\r\nChannel: {phone}\r\nUniqueid: {own}",
    "\r\n\r\nEvent:Hangup\r\nUniqueid: {own}\r\nLinkedid: {own}\r\n\r\n",
    "\r\n\r\nEvent:DialEnd\r\nDestUniqueid:{own}\r\nDialStatus:ANSWER\r\n\r\n",
    "\r\n\r\nEvent: BridgeEnter\r\nUniqueid: {own}\r\nLinkedid: {own}",
    "\r\n\r\nEvent:Shutdown\r\nShutdown:Cleanly\r\nRestart:True\r\n\r\n",
    "\r\n\r\nEvent: FullyBooted\r\nUptime: 0\r\n\r\n",
    "\r\n\r\nEvent: CoreShowChannelsComplete\r\nListItems: 0\r\n\r\n",
    "\r\n\r\nEvent:Cdr\r\nLastApplication:VoiceMail\r\nUniqueID:{own}",
    "\r\n\r\nEvent:Rename\r\nNewname:x\r\nChannel:{phone}\r\nUniqueid:{own}",
    "\r\nTimestamp: 1.000000", "\r\n\r\nEvent:HangupRequest\r\nUniqueid:{own}\r\nCause:16\r\n\r\n",
    "\r\n\r\nEvent:BlindTransfer\r\nResult:Success\r\nExtension:666\r\n\r\n",
    "\r\n\r\nEvent:QueueCallerAbandon\r\nUniqueid:{own}\r\n\r\n",
    "\r\n\r\nEvent:Newchannel\r\nUniqueid:9\r\nLinkedid:9\r\n\r\n", "\r\nX: y\r\nLinkedid: {own}",
    "\r", "\n\n", "\r\nDestUniqueid: {own}\r\nDestLinkedid: {own}", "\r\nCID-CallingPres: 32",
    "\r\nDialStatus: BUSY", "\r\nCause: 4", "\r\nBridgeUniqueid: x", "\r\nApplication: VoiceMail",
)


def check_forgeries(chance):
    some = [name for name in SOME if name not in ("caller_number_injection", "caller_number_formats")
            and any(NUMBER in connection.bytes for connection in CAPTURED[name])]
    for forged in chance.sample(FORGED, min(len(FORGED), 3 * ROUNDS)):
        def put(name, messages, forged=forged):
            whole = b"".join(connection.bytes for connection in CAPTURED[name])
            own = re.search(rb"Uniqueid: (179\S+)", whole)[1].decode()
            phone = re.search(rb"Channel: (PJSIP/1\S+|PJSIP/\S+)", whole)[1].decode()
            more = forged.format(own=own, phone=phone).encode()[:NUMBER_MAX - len(NUMBER)]
            return [Message(message.text.replace(NUMBER, NUMBER + more), message.at)
                    for message in messages]
        same(repr(forged), played(put, some), ("caller",), names=some)


# --- gaps
# The client is away while messages come, and finds out by a list what is there. What is told late
# there (who rings, who was joined) counts from then on.
LATE = {("ring_at", "queue_linear_ringnoanswer"), ("ring_at", "queue_two_callers_pause"),
        ("ended_at", "park_retrieve"), ("agents_rung", "group_nobody")}
# Passed on within the gap: that somebody had answered is all that is known.
ALONE = ("two_clients", "restart_midcall", "stop_gracefully", "reconnect_midcall_simple",
         "reconnect_ringing", "login_failure", "originate_failures", "account_filtered",
         "caller_number_injection")


def with_gap(messages, start, end):
    present, at = Present(), messages[end - 1].at
    for message in messages[:end]:
        present.see(message)
    head = ["Asterisk Call Manager/11.0.0\r\n",
            "Response: Success\r\nActionID: a-1\r\nMessage: Authentication accepted\r\n\r\n",
            "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 2000\r\nLastReload: 9\r\n"
            "Status: Fully Booted\r\n\r\n", *present.core_show_channels("ActionID: a-2\r\n")]
    return [messages[:start], [Message(line.encode(), at) for line in head] + messages[end:]]


def check_gap(title, name, row, want):
    def wrong(field):
        if (field, name) not in LATE:
            fail(title, name, row["source_ref"], field, row[field], want[field])
    for field in ("direction", "caller", "caller_name", "called", "queue", "agent", "ended_by",
                  "transferred_to", "transfer_type"):
        if row[field] not in UNKNOWN + (want[field],):
            wrong(field)
    passed_on = row["outcome"] == "answered" and want["outcome"] == "transferred"
    if row["outcome"] not in UNKNOWN + (want["outcome"],) and not passed_on:
        wrong("outcome")
    rung = iter(want["agents_rung"])
    if not all(extension in rung for extension in row["agents_rung"]):
        wrong("agents_rung")
    for field in TIMES:
        if field == "ring_at" and row["started_at"] > want["started_at"]:
            continue  # the list was the first that told of it
        if row[field] and (not want[field] or
                           abs(seconds(row[field]) - seconds(want[field])) > 0.05):
            wrong(field)
    if row["talk_ms"] > want["talk_ms"] + 50:
        wrong("talk_ms")
    if row["state"] != "ended":
        wrong("state")


def check_gaps(chance):
    variants = []
    for name in SOME:
        messages = CAPTURED[name][0].messages
        if name in ALONE or len(messages) < 6:
            continue
        for _ in range(ROUNDS):
            start = chance.randrange(3, len(messages))
            variants.append((name, start, min(len(messages), start + chance.choice((0, 1, 3, 8, 20)))))
    with tempfile.TemporaryDirectory() as folder:
        files = [ami_capture.write(folder, "gap%d" % nth,
                                   with_gap(CAPTURED[name][0].messages, start, end))
                 for nth, (name, start, end) in enumerate(variants)]
        for at in range(0, len(files), 100):
            for source, rows in by_source(files[at:at + 100]).items():
                variant = variants[int(source[len("gap"):])]
                for ref, row in rows.items():
                    if ref in HONEST[variant[0]]:
                        check_gap(variant, variant[0], row, HONEST[variant[0]][ref])
                    else:
                        fail(variant, ref, "invented")
    print(len(variants), "gaps")


ROUNDS = int(os.environ.get("RUFBUS_ROUNDS", "2"))


def main():
    chance = random.Random(int(os.environ.get("RUFBUS_SEED", "1")))
    check_rights()
    check_names()
    check_forgeries(chance)
    check_gaps(chance)
    for words in failures[:40]:
        print(*words)
    assert not failures, "%d differences" % len(failures)


if __name__ == "__main__":
    main()
