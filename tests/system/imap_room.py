# SPDX-License-Identifier: Apache-2.0
"""G8 against a real IMAP server (dovecot), over TLS from the first byte: whose mails a mailbox's are is given
(client=), attachments for which there is no room wait in the mailbox and come when there is, also across kill -9,
a reader that is killed costs that mail alone, and nobody but the given authority's server is spoken to."""
import os
import signal
import sys
import tempfile
import threading

sys.path.insert(0, os.path.dirname(__file__))
from house import House, eventually, followed
from imap_mail import mail_of
from imap_server import Server
from smtp_server import certificate


def configure(house, server, words, megabytes):
    folder = os.path.join(house.home, "timekeeping")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with open(os.path.join(folder, "timekeeping.conf"), "w", encoding="utf-8") as conf:
        conf.write("imap = hilfe=%s:%s@localhost:%d/Anfragen,%s\nimap-every-seconds = 1\n"
                   "attachments-max-megabytes = %d\n"
                   % (server.user, server.password, server.tls_port, words, megabytes))


def box(house):
    return house.json("mailboxes")["mailboxes"][0]


def inquiries(house):
    return [one["inquiry"] for one in house.json("inquiry", "list", "limit=100").get("inquiries", [])]


def files(house, number):
    return {one["name"]: one for one in house.json("inquiry", "attachments", number).get("attachments", [])}


def readers():
    """The processes of this house that read a mail now: its own children alone."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            with open("/proc/%s/cmdline" % entry, "rb") as words, open("/proc/%s/stat" % entry, encoding="utf-8") as stat:
                if b"--read-mail" in words.read():
                    found.append((int(entry), int(stat.read().rsplit(")", 1)[1].split()[1])))
        except (OSError, ValueError, IndexError):
            continue
    return found


with House() as house, tempfile.TemporaryDirectory(prefix="rufbus-") as folder:
    cert, key = certificate(house.home, "imap")
    other, _ = certificate(house.home, "other")
    server = Server(folder, "hilfe@weiss.example", "g@e,h=ei m", cert, key)
    try:
        server.box.create("Anfragen")
        house.start("contacts")
        client = house.json("call", "client_add", "name=Kanzlei Weiß", 'numbers=[{"typed": "030 7654321"}]')["id"]

        # --- not with a server that only says who it is
        configure(house, server, "ca=" + other, 3)
        house.start("timekeeping")
        eventually(lambda: "ertific" in box(house).get("detail", "") or "SSL" in box(house).get("detail", ""))
        assert not box(house)["connected"]
        house.kill("timekeeping", 15)

        # --- encrypted from the first byte, for the client that is given, whoever the mail was sent to
        configure(house, server, "client=%s,tls=yes,ca=%s" % (client, cert), 3)
        house.start("timekeeping")
        followed(house, "timekeeping", "contacts")
        two = os.urandom(2 << 20)
        server.append("Anfragen", mail_of("<eins@kunde.example>", "Eins", "Text\n", [("zwei.bin", two)]))
        eventually(lambda: box(house)["taken"] == 1 and not server.unseen("Anfragen"), 60)
        assert inquiries(house)[0]["client"] == client
        first = inquiries(house)[0]["number"]

        # --- no room for one of two: the mail is here, the small file is here, the other waits unseen
        large, small = os.urandom(1_500_000), os.urandom(300_000)
        server.append("Anfragen", mail_of("<voll@kunde.example>", "Voll", "Text\n",
                                          [("groß.bin", large), ("klein.bin", small)]))
        server.append("Anfragen", mail_of("<ohne@kunde.example>", "Ohne", "Text\n"))
        eventually(lambda: box(house)["taken"] == 3 and box(house).get("waiting") == 1, 60)
        assert box(house)["waiting_for"] == "room" and box(house)["skipped"] == 0, box(house)
        assert "kein Platz" in house.rufbus("mailboxes")
        full = [one["number"] for one in inquiries(house) if one["subject"] == "Voll"][0]
        assert set(files(house, full)) == {"klein.bin"}, files(house, full)
        eventually(lambda: len(server.unseen("Anfragen")) == 1)

        # --- still no room, also after a crash; with room it comes, once, and is seen
        house.restart("timekeeping")
        eventually(lambda: box(house)["connected"])
        assert box(house)["waiting"] == 1 and len(inquiries(house)) == 3
        house.rufbus("inquiry", "detach", files(house, first)["zwei.bin"]["id"], "Platz")
        eventually(lambda: not box(house).get("waiting") and not server.unseen("Anfragen"), 60)
        row = files(house, full)["groß.bin"]
        assert row["state"] == "here" and len(inquiries(house)) == 3 and box(house)["taken"] == 3, row
        out = os.path.join(house.home, "heraus")
        house.rufbus("inquiry", "fetch", row["id"], "--out", out)
        with open(out, "rb") as file:
            assert file.read() == large

        # --- deleted in the mailbox while it waits: told
        server.append("Anfragen", mail_of("<weg@kunde.example>", "Weg", "Text\n", [("weg.bin", two)]))
        eventually(lambda: box(house).get("waiting") == 1, 60)
        uid = server.unseen("Anfragen")[0]
        server.box.select("Anfragen")
        server.box.store(uid, "+FLAGS", "\\Deleted")
        server.box.expunge()
        house.rufbus("inquiry", "detach", row["id"], "Platz")
        eventually(lambda: not box(house).get("waiting"), 60)
        assert box(house)["skipped_for"] == "gone" and box(house)["skipped"] == 1, box(house)

        # --- what crashes the reader costs that mail, nothing else: it is killed as soon as it
        # runs, and when it tries again
        house.kill("timekeeping", 15)
        configure(house, server, "client=%s,ca=%s" % (client, cert), 300)
        server.append("Anfragen", mail_of("<riese@kunde.example>", "Riese", "Text\n", [("r.bin", os.urandom(40 << 20))]))
        server.append("Anfragen", mail_of("<danach@kunde.example>", "Danach", "Text\n"))
        killed = []

        def hunt():
            while len(killed) < 2:
                mine = house.processes["timekeeping"].pid if "timekeeping" in house.processes else 0
                for pid, parent in readers():
                    if parent == mine and pid not in killed:
                        os.kill(pid, signal.SIGKILL)
                        killed.append(pid)

        hunter = threading.Thread(target=hunt, daemon=True)
        hunter.start()
        house.start("timekeeping")
        hunter.join(120)
        eventually(lambda: box(house)["taken"] == 5 and box(house)["skipped"] == 2, 60)
        assert box(house)["skipped_for"] == "unreadable" and box(house)["connected"], box(house)
        assert sorted(one["subject"] for one in inquiries(house))[0] == "Danach"
        assert len(server.unseen("Anfragen")) == 1

        # --- nor does one that is too large to be read at all
        server.append("Anfragen", mail_of("<zu-gross@kunde.example>", "Zu groß", "x\n") + b"Zeile\r\n" * 12_000_000)
        server.append("Anfragen", mail_of("<zuletzt@kunde.example>", "Zuletzt", "Text\n"))
        eventually(lambda: box(house)["taken"] == 6 and box(house)["skipped"] == 3, 60)
        assert box(house)["skipped_for"] == "large", box(house)

        # --- two of one name would take each other's place
        house.kill("timekeeping", 15)
        with open(os.path.join(house.home, "timekeeping", "timekeeping.conf"), "a", encoding="utf-8") as conf:
            conf.write("imap = hilfe=a:b@localhost:993/INBOX\n")
        assert "hilfe" in house.fails_to_start("timekeeping")
        house.kill("contacts", 15)
        house.rufbus("check")
    finally:
        server.stop()
print("ok")
