# SPDX-License-Identifier: Apache-2.0
"""Captures as messages with times, to be changed and written again."""
import glob
import json
import os
import re


class Message:
    """`text` as it came, with its empty line; `at` when its last byte came."""

    def __init__(self, text, at):
        self.text, self.at = text, at

    def fields(self):
        return [line.partition(b": ")[::2] if b": " in line else (line.rstrip(b":"), b"")
                for line in self.text.split(b"\r\n") if line]

    def get(self, key, default=b""):
        for name, value in self.fields():
            if name == key:
                return value
        return default

    @property
    def event(self):
        return self.get(b"Event").decode()

    @property
    def classes(self):
        """None: printed for an action, whatever the account may read."""
        privilege = self.get(b"Privilege", None)
        return None if privilege is None else set(privilege.decode().split(",")) - {"all"}


class Connection:
    """One file: the banner and the messages, in order."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.times = []
        timing = path[:-len(".ami")] + ".timing.csv"
        with open(timing, encoding="utf-8") as file:
            for line in list(file)[1:]:
                offset, length, when = line.split(",")
                self.times.append((int(offset) + int(length), float(when)))
        self.messages = []
        banner = re.match(rb"[^\r\n]*\r\n", self.bytes)
        start = banner.end() if banner else 0
        if start:
            self.messages.append(Message(self.bytes[:start], self.time(start)))
        for match in re.finditer(rb"\r\n\r\n", self.bytes):
            if match.end() <= start:
                continue
            self.messages.append(Message(self.bytes[start:match.end()], self.time(match.end())))
            start = match.end()

    def time(self, end):
        for until, when in self.times:
            if end <= until:
                return when
        return self.times[-1][1] if self.times else 0.0


def connections(path):
    """All connections of a scenario, from its .truth.json, .ami or stem."""
    stem = re.sub(r"\.(truth\.json|ami)$", "", path)
    numbers = sorted(int(re.search(r"\.conn(\d+)\.ami$", name)[1])
                     for name in glob.glob(stem + ".conn*.ami"))
    names = [stem + ".ami"] + ["%s.conn%d.ami" % (stem, number) for number in numbers]
    return [Connection(name) for name in names if os.path.exists(name)]


def write(folder, name, streams, timing=True):
    """`streams`: per connection a list of Messages. Returns the .ami of the first."""
    for nth, stream in enumerate(streams):
        stem = os.path.join(folder, name + (".conn%d" % (nth + 1) if nth else ""))
        offset, lines = 0, ["offset,length,time"]
        with open(stem + ".ami", "wb") as file:
            for message in stream:
                file.write(message.text)
                lines.append("%d,%d,%.6f" % (offset, len(message.text), message.at))
                offset += len(message.text)
        if timing:
            with open(stem + ".timing.csv", "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
    return os.path.join(folder, name + ".ami")


def truth_of(path):
    with open(re.sub(r"\.ami$", ".truth.json", path), encoding="utf-8") as file:
        return json.load(file)


class Present:
    """The channels that live after the messages seen so far, as CoreShowChannels would list them."""

    KEYS = ("Channel", "ChannelState", "ChannelStateDesc", "CallerIDNum", "CallerIDName",
            "ConnectedLineNum", "ConnectedLineName", "Language", "AccountCode", "Context", "Exten",
            "Priority", "Uniqueid", "Linkedid")
    SIDES = ("", "Dest", "Transferee", "Transferer", "OrigTransferer", "SecondTransferer",
             "TransferTarget", "Parkee", "Retriever")

    def __init__(self):
        self.channels = {}
        self.ever = set()  # their names

    def see(self, message):
        if message.classes is None:
            return
        fields = {}
        for key, value in message.fields():
            fields.setdefault(key.decode(errors="replace"), value.decode(errors="replace"))
        uniqueid = fields.get("Uniqueid")
        self.ever.add(fields.get("Channel"))
        if message.event == "Newchannel" and uniqueid:
            self.channels[uniqueid] = {"Bridge": "", "Application": "Dial"}
        for side in self.SIDES:
            channel = self.channels.get(fields.get(side + "Uniqueid"))
            if channel is not None:
                channel.update({key: fields[side + key] for key in self.KEYS if side + key in fields})
        if uniqueid in self.channels and message.event in ("BridgeEnter", "BridgeLeave"):
            entered = message.event == "BridgeEnter"
            self.channels[uniqueid]["Bridge"] = fields["BridgeUniqueid"] if entered else ""
        if message.event == "DialBegin" and fields.get("DestUniqueid") in self.channels:
            self.channels[fields["DestUniqueid"]]["Application"] = "AppDial"
        if message.event == "Hangup":
            self.channels.pop(uniqueid, None)

    def _items(self, event, more, action):
        return ["Event: %s\r\n%s%s%s\r\n" % (
            event, action if event != "Status" else "Privilege: Call\r\n",
            "".join("%s: %s\r\n" % (key, channel.get(key, "")) for key in self.KEYS),
            more % channel + (action if event == "Status" else ""))
            for channel in self.channels.values()]

    def core_show_channels(self, action):
        yield "Response: Success\r\n%sEventList: start\r\nMessage: Channels will follow\r\n\r\n" % action
        yield from self._items("CoreShowChannel", "Application: %(Application)s\r\nApplicationData: x"
                               "\r\nDuration: 00:00:02\r\nBridgeId: %(Bridge)s\r\n", action)
        yield ("Event: CoreShowChannelsComplete\r\n%sEventList: Complete\r\nListItems: %d\r\n\r\n" %
               (action, len(self.channels)))

    def status(self, action):
        yield "Response: Success\r\n%sEventList: start\r\nMessage: Channel status will follow\r\n\r\n" % action
        yield from self._items("Status", "Type: PJSIP\r\nDNID: \r\nBridgeID: %(Bridge)s\r\n"
                               "Application: %(Application)s\r\n", action)
        yield ("Event: StatusComplete\r\n%sEventList: Complete\r\nListItems: %d\r\nItems: %d\r\n\r\n" %
               (action, len(self.channels), len(self.channels)))
