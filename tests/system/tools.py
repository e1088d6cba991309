# SPDX-License-Identifier: Apache-2.0
"""The command line's tools for whoever runs the house: top, trace, completion, manual pages."""
import json
import os
import re
import signal
import subprocess
import tempfile

from house import BIN, House

RUFBUS = BIN + "/rufbus"


def traced(house, *words, lines=1):
    """The first lines of a trace, which then ends cleanly on Ctrl-C."""
    trace = subprocess.Popen([RUFBUS, "--home", house.home, *words], stdout=subprocess.PIPE, text=True)
    said = [trace.stdout.readline() for _ in range(lines)]
    trace.send_signal(signal.SIGINT)
    assert trace.wait(timeout=30) == 0, (words, said)
    trace.stdout.close()
    return said


def completes(script, line):
    """What bash offers behind a line, as its words are split at "="."""
    words = re.findall(r"=|[^\s=]+", line) + ([""] if line.endswith(" ") else [])
    ask = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rufbus; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", ask, "bash", script, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, (line, done.stderr)
    return done.stdout.split()


def renders(page):
    """The page as a terminal shows it; groff must have nothing to say against it."""
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-P-c"], input=page, capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return re.sub(".\b", "", done.stdout)


with House() as house:
    house.start("contacts", "notifier", "telephony", "timekeeping")

    # top: a table, or one object; who does not run is said to rest.
    table = house.rufbus("top", "--once")
    assert all(name in table for name in ("contacts", "telephony", "timekeeping", "notifier")), table
    seen = house.json("top")
    assert seen["contacts"]["figures"]["requests"] > 0 and "contacts" in seen["notifier"]["lag"], seen
    house.rufbus("contact", "add", "name=Anna Müller")
    assert house.json("top")["contacts"]["head"] > seen["contacts"]["head"]
    house.kill("telephony", signal.SIGTERM)
    assert house.json("top")["telephony"] is None
    assert "läuft nicht" in house.rufbus("top", "--once")
    house.start("telephony")
    lines = traced(house, "top", lines=6)
    assert "Version" in lines[0] and "Version" in "".join(lines[1:]), lines
    house.rufbus("top", "twice", code=2)

    # trace: what was decided, and what is decided now.
    client = house.json("call", "client_add", "name=Praxis Dr. Lang")["id"]
    line = traced(house, "trace", "contacts", "kind=contact", "after=0")[0]
    assert "name=Anna Müller" in line and " contact " in line and " v1 admin " in line, line
    fact = json.loads(traced(house, "--json", "trace", "contacts", "kind=client", "after=0")[0])
    assert fact["service"] == "contacts" and fact["entity"] == client, fact
    assert fact["row"]["name"] == "Praxis Dr. Lang" and fact["seq"] > 1, fact
    out = os.path.join(house.home, "trace.txt")
    trace = subprocess.Popen([RUFBUS, "--home", house.home, "trace", "--out", out, "kind=contact", "after=0"])
    while not os.path.exists(out) or "Anna Müller" not in open(out, encoding="utf-8").read():
        assert trace.poll() is None
    house.rufbus("contact", "add", "name=Neu\x01Jetzt")
    while "name=Neu Jetzt" not in open(out, encoding="utf-8").read():
        assert trace.poll() is None
    # A service that ends and comes back is read on.
    house.restart("contacts")
    house.rufbus("contact", "add", "name=Danach")
    while "name=Danach" not in open(out, encoding="utf-8").read():
        assert trace.poll() is None
    trace.send_signal(signal.SIGTERM)
    assert trace.wait(timeout=30) == 0
    assert open(out, encoding="utf-8").read().count("Anna Müller") == 1
    assert os.stat(out).st_mode & 0o077 == 0
    # Facts are for services: the administrator's key reads none.
    assert "trace" not in house.rufbus("--as", "admin", "trace", "contacts", code=1)
    house.rufbus("trace", "nobody", code=2)
    house.rufbus("trace", "after=x", code=2)
    house.rufbus("trace", "kind=nothing", code=2)
    house.rufbus("trace", "--out", "/no/such/folder/x", code=2)
    house.rufbus("trace", "--out", code=2)

    # Completion, in a bash.
    with tempfile.TemporaryDirectory(prefix="rufbus-") as folder:
        script = os.path.join(folder, "rufbus.bash")
        with open(script, "w", encoding="utf-8") as file:
            file.write(house.rufbus("completion", "bash"))
        assert completes(script, "rufbus cont") == ["contact", "contacts"]
        assert "find" in completes(script, "rufbus contact ") and "add" in completes(script, "rufbus contact ")
        assert completes(script, "rufbus contact find na") == ["name="]
        assert completes(script, "rufbus --as admin contact find everyw") == ["everywhere="]
        assert completes(script, "rufbus call contact_ge") == ["contact_get"]
        assert completes(script, "rufbus call contact_get ") == ["id="]
        assert completes(script, "rufbus call begin num") == ["number="]
        assert completes(script, "rufbus methods client_li") == ["client_list"]
        assert completes(script, "rufbus --serv") == ["--service"]
        assert completes(script, "rufbus --service tele") == ["telephony"]
        assert "--preview" in completes(script, "rufbus import contacts --")
        assert "--unknown" in completes(script, "rufbus import files --")
        assert "--match" not in completes(script, "rufbus import files --")
        assert completes(script, "rufbus contact add name = A customer") == ["customer_number="]
        for words in ("replay", "import files", "export contacts"):
            assert script in completes(script, f"rufbus {words} {folder}/"), words
    house.rufbus("completion", code=2)
    house.rufbus("completion", "zsh", code=2)

    # Manual pages.
    page = renders(house.rufbus("man"))
    assert "contact find" in page and "--service" in page and "für" in page, page[:2000]
    assert "print the manual page" in renders(house.rufbus("--english", "man"))
    house.rufbus("man", "x", code=2)
    for service in ("contacts", "telephony", "notifier"):
        page = renders(subprocess.run([BIN + "/rufbus-" + service, "--man"], capture_output=True, text=True,
                                      timeout=60, check=True).stdout)
        assert "--map-size" in page and "rufbus-" + service in page, page[:2000]
    print("ok")
