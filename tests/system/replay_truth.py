# SPDX-License-Identifier: Apache-2.0
"""The real `rufbus replay --json` on every capture, against the truth beside it. Written from the
issue's and the captures' own text alone, without a look at the model or at its tests: what a field
must be is worked out here once more, and nothing is forgiven but what the text forgives.

    replay_truth.py [FOLDER]      default tests/data/ami; RUFBUS_CAPTURES names another folder
"""
import csv
import datetime
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ["RUFBUS_BIN"]
EXACT = 0.050
# "no bytes arrive that near to the truth: there the first byte that tells it counts"
LATE = ("originate_failures", "originate_sync", "reconnect_ringing")


# The store of a replay is made durable like any other: in memory that is quick.
QUICK = {"TMPDIR": "/dev/shm"} if os.access("/dev/shm", os.W_OK) else {}


def replay(*files):
    done = subprocess.run([BIN + "/rufbus", "replay", *files, "--json"], capture_output=True,
                          timeout=120, env={**os.environ, **QUICK})
    assert done.returncode == 0, (files, done.returncode, done.stderr.decode())
    return json.loads(done.stdout)


def seconds(text):
    """RFC 3339 with microseconds; None stays None."""
    if text is None:
        return None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)", text), text
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def e164(typed):
    """In Germany without an area code; what is no whole number stays as typed."""
    if not re.fullmatch(r"\+?[0-9]+", typed):
        return typed
    for before, after in (("+", "+"), ("00", "+"), ("0", "+49")):
        if typed.startswith(before):
            return after + typed[len(before):]
    # A provider that leaves out the plus: longer than any number within a German area.
    return "+" + typed if typed.startswith("49") and len(typed) >= 12 else typed


def talk(call):
    total, until = 0.0, 0.0
    for start, end in sorted((span["from"], span["to"]) for span in call.get("talk", [])):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total


def expected(call):
    """The record's fields from the truth's; times in seconds."""
    inbound = call["direction"] == "inbound"
    number = (call["caller_number"] or "").split("\r")[0].split("\n")[0]
    return {
        "direction": call["direction"],
        "caller": (e164(number) if inbound else number) or None,
        "caller_name": call["caller_name"] or None,
        "called": call["called_number"] or None,
        "agent": call["agent"],
        "agents_rung": call["agents_rung"],
        "outcome": call["outcome"],
        "transferred_to": call.get("transferred_to"),
        "transfer_type": call.get("transfer_type"),
        "ended_by": call["ended_by"],
    }


def first_seen(capture, linkedid):
    """When the first piece came with which the capture can know of the call; None without times."""
    best = None
    for path in [capture] + sorted(glob.glob(capture[:-4] + ".conn*.ami")):
        timing = path[:-4] + ".timing.csv"
        with open(path, "rb") as file:
            at = file.read().find(linkedid.encode() + b"\r\n")
        if at < 0 or not os.path.exists(timing):
            continue
        with open(timing, encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if int(row["offset"]) + int(row["length"]) > at:
                    when = float(row["time"])
                    best = when if best is None else min(best, when)
                    break
    return best


class Comparison:
    def __init__(self):
        self.calls = self.fields = 0
        self.differences = []

    def note(self, scenario, call, field, got, want):
        self.differences.append((scenario, call["linkedid"], field, got, want))

    def same(self, scenario, call, field, got, want):
        self.fields += 1
        if got != want:
            self.note(scenario, call, field, got, want)

    def near(self, scenario, call, field, got, want):
        self.fields += 1
        if (got is None) != (want is None) or got is not None and abs(got - want) > EXACT:
            base = call.get("start") or 0
            self.note(scenario, call, field, got and round(got - base, 3),
                      want and round(want - base, 3))

    def call(self, scenario, capture, row, call, times=True):
        self.calls += 1
        for field, want in expected(call).items():
            got = row.get(field)
            if field == "agents_rung":
                got = got or []
            if field == "caller_name" and want and got and "\ufffd" in got:
                # Bytes that were no UTF-8: the PBX printed U+FFFD for each.
                got = want if re.fullmatch(re.escape(got).replace("\ufffd", "."), want) else got
            if call.get("withheld_number") and field in ("caller", "caller_name"):
                # The PBX prints it, and nothing in the stream says that it is withheld: it is
                # asked for (Getvar), which no capture can answer.
                continue
            self.same(scenario, call, field, got, want)
        if times:
            self.times(scenario, capture, row, call)

    def times(self, scenario, capture, row, call):
        got = {name: seconds(row.get(name))
               for name in ("started_at", "ring_at", "answered_at", "ended_at")}
        late = scenario in LATE
        start = call["start"]
        if late:
            start = max(start, first_seen(capture, call["linkedid"]) or start)
        self.near(scenario, call, "started_at", got["started_at"], start)
        for field, name in (("ring_at", "ring_start"), ("answered_at", "answer")):
            want = call[name]
            if late and want is not None and got[field] is not None:
                self.same(scenario, call, field + " not before it was", got[field] > want - EXACT,
                          True)
                continue
            if want is not None and want < call["start"] - EXACT:
                want = call["start"]  # a phone's note of another call's ring
            self.near(scenario, call, field, got[field], want)
        self.near(scenario, call, "ended_at", got["ended_at"], call["end"])
        if not late:
            self.near(scenario, call, "talk_ms", row["talk_ms"] / 1000, talk(call))
            self.parts(scenario, row, call)

    def parts(self, scenario, row, call):
        """Each phone's spans as one part: no phone comes back into a call in these captures."""
        want = {}
        for span in call.get("talk", []):
            part = want.setdefault(span["agent"], [span["from"], span["to"], 0.0])
            part[:] = [min(part[0], span["from"]), max(part[1], span["to"]),
                       part[2] + span["to"] - span["from"]]
        parts = row.get("parts", [])
        self.same(scenario, call, "parts", sorted(part["agent"] for part in parts), sorted(want))
        for part in parts:
            start, end, talked = want.get(part["agent"], (None, None, None))
            self.near(scenario, call, "part.from", seconds(part["from"]), start)
            self.near(scenario, call, "part.until", seconds(part.get("until")), end)
            self.near(scenario, call, "part.talk_ms", part["talk_ms"] / 1000, talked)

    def capture(self, path, times=True, rows=None):
        scenario = os.path.basename(path)[:-len(".truth.json")]
        capture = path[:-len(".truth.json")] + ".ami"
        with open(path, encoding="utf-8") as file:
            truth = json.load(file)
        rows = replay(capture) if rows is None else rows
        known = {row["source_ref"]: row for row in rows}
        if len(known) != len(rows):
            self.differences.append((scenario, "", "rows", "a call twice", "once"))
        for call in truth["calls"]:
            if not call["linkedid"]:
                continue
            row = known.pop(call["linkedid"], None)
            if call.get("seen") == "events were off":
                if row:
                    self.differences.append((scenario, call["linkedid"], "row", "a call", "none"))
                continue
            if not row:
                self.differences.append((scenario, call["linkedid"], "row", "none", "a call"))
                continue
            self.same(scenario, call, "state", row["state"], "ended")
            self.call(scenario, capture, row, call, times)
        for ref in known:
            self.differences.append((scenario, ref, "row", "an invented call", "none"))


def all_at_once(comparison, truths):
    """Every file in one command: each source keeps its own calls."""
    files = [path for truth in truths
             for path in sorted(glob.glob(truth[:-len(".truth.json")] + ".ami") +
                                glob.glob(truth[:-len(".truth.json")] + ".conn*.ami"))]
    by_source = {}
    for row in replay(*files):
        by_source.setdefault(row["source"], []).append(row)
    for truth in truths:
        scenario = os.path.basename(truth)[:-len(".truth.json")]
        comparison.capture(truth, rows=by_source.get(scenario, []))


def rewritten(folder, truth, change):
    """A copy of the capture with other times; returns its truth file."""
    stem = truth[:-len(".truth.json")]
    for path in glob.glob(stem + ".*"):
        target = os.path.join(folder, os.path.basename(path))
        if not path.endswith(".timing.csv"):
            shutil.copy(path, target)
        elif change:
            with open(path, encoding="utf-8") as old, open(target, "w", encoding="utf-8") as new:
                new.write(old.readline())
                for line in old:
                    offset, length, when = line.split(",")
                    new.write("%s,%s,%.6f\n" % (offset, length, change(float(when))))
    return os.path.join(folder, os.path.basename(truth))


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("RUFBUS_CAPTURES")
    truths = sorted(glob.glob((folder or TESTS + "/data/ami") + "/*.truth.json"))
    assert truths, "no captures"
    rounds = []

    def run(name, work):
        comparison = Comparison()
        work(comparison)
        rounds.append((name, comparison))

    def each(times=True, change=None, copy=False):
        def work(comparison):
            for truth in truths:
                if not copy:
                    comparison.capture(truth, times)
                    continue
                # Whose events carry a Timestamp has times without a timing file, too.
                stamped = not change and "timestampevents" in truth
                with tempfile.TemporaryDirectory() as home:
                    comparison.capture(rewritten(home, truth, change), times or stamped)
        return work

    run("each alone", each())
    run("all in one command", lambda comparison: all_at_once(comparison, truths))
    run("without times", each(False, None, True))
    # Ten times as slow, as on a day when nothing happens at once.
    run("ten times as slow", each(False, lambda when: 1795390000 + (when - 1795390000) * 10, True))
    failed = 0
    for name, comparison in rounds:
        print("%s: %d calls, %d fields, %d differences" % (
            name, comparison.calls, comparison.fields, len(comparison.differences)))
        for difference in comparison.differences:
            print("   %-34s %-18s %-22s got %-30r truth %r" % difference)
        failed += len(comparison.differences)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
