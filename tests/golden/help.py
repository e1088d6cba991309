#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the programs say of themselves and of wrong use, with exit codes, word by word.

help.py            compares with help/PROGRAM.txt; exit code 1 and the difference when it is another
help.py --update   writes them
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BIN = pathlib.Path(os.environ["RUFBUS_BIN"]).resolve()
HELP = pathlib.Path(__file__).resolve().parent / "help"

# Behind the program's name; HOME is an empty folder, made anew for each.
COMMANDS = [
    [], ["--help"], ["help"], ["help", "contact", "find"], ["call", "--help"], ["--english", "--help"],
    ["help", "no-such-command"], ["no-such-command"], ["contcat", "find", "x"],
    ["--wait", "soon", "ping"], ["--wait"], ["--home"], ["--no-such-option", "ping"],
    ["call"], ["call", "no_such_method"], ["call", "contact_add"], ["call", "contact_add", "naem=x"],
    ["call", "contact_add", "name="], ["call", "contact_add", "name"],
    ["call", "contact_add", "phones=[{]"], ["call", "contact_add", "name=x", "client=123"],
    ["call", "contact_add", "--json", "HOME/nothing.json"],
    ["contact", "show"], ["contact", "show", "not-an-id"], ["contact", "show", "a", "b"],
    ["methods", "no_such_method"], ["methods", "ping", "pong"], ["methods", "ping"],
    ["watch", "no-such-board"], ["replay"], ["replay", "HOME/nothing.ami"], ["replay", "--json"],
    ["load"], ["load", "HOME/nothing.jsonl"], ["schema"], ["schema", "--html"], ["check", "all"],
    ["keys"], ["keys", "new"], ["keys", "new", "anna"], ["keys", "new", "Anna", "roles=agent"],
    ["keys", "new", "anna", "roles=boss"], ["keys", "new", "anna", "roles=agent", "scope=garden"],
    ["keys", "revoke"], ["keys", "revoke", "nobody"],
    ["ping"], ["--english", "ping"], ["--json", "ping"], ["--as", "nobody", "ping"],
]
SERVICE = [
    ["--help"], ["--version"], [], ["--no-such-option"], ["hoem"], ["--hoem", "x"], ["--home"], ["--home", ""],
    ["--home", "HOME/x", "--map-size", "large"], ["--home", "HOME/x", "--map-size", "4095"],
    ["--home", "HOME/x", "--log", "loud"], ["--home", "HOME/x"], ["--home", "HOME/x", "--check"],
    ["--home", "HOME/missing/x"], ["--home", "HOME/conf"],
]
CONF = "# richtig\nlog = info\nmap-size 4096\n"


def programs():
    """rufbus first, then each service that is built."""
    services = sorted(path.name for path in BIN.glob("rufbus-*") if os.access(path, os.X_OK))
    return [("rufbus", COMMANDS)] + [(name, SERVICE) for name in services]


def told(text, home):
    text = text.replace(home, "HOME")
    # The service's log line says the same with the time.
    text = re.sub(r"(?m)^time=\S+ .*\n", "", text)
    # The version is no text.
    return re.sub(r"\b\d+\.\d+\.\d+\b", "VERSION", text)


def transcript(program, words):
    with tempfile.TemporaryDirectory(prefix="rufbus-") as home:
        name = program.removeprefix("rufbus-")
        os.mkdir(home + "/conf")
        pathlib.Path(home, "conf", name + ".conf").write_text(CONF, encoding="utf-8")
        environment = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8"}
        if program == "rufbus":
            environment["RUFBUS_HOME"] = home
        for variable in ("ASAN_OPTIONS", "TSAN_OPTIONS"):
            if variable in os.environ:
                environment[variable] = os.environ[variable]
        run = subprocess.run([str(BIN / program), *(word.replace("HOME", home) for word in words)],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                             env=environment, cwd=home, check=False)
    said = "".join(word if re.fullmatch(r"[\w./=-]+", word) else "'" + word + "'" for word in [program])
    for word in words:
        said += " " + (word if re.fullmatch(r"[\w./=-]+", word) else "'" + word + "'")
    text = f"$ {said}\n{told(run.stdout, home)}"
    if run.stderr:
        text += "--- stderr\n" + told(run.stderr, home)
    assert "Sanitizer" not in text, text
    return text + f"--- exit {run.returncode}\n\n"


def main():
    update, faults = "--update" in sys.argv[1:], 0
    for program, cases in programs():
        have = "".join(transcript(program, words) for words in cases)
        path = HELP / (program + ".txt")
        want = path.read_text(encoding="utf-8") if path.exists() else ""
        if have == want:
            continue
        if update:
            path.write_text(have, encoding="utf-8")
            print("written:", path)
            continue
        faults += 1
        sys.stdout.writelines(difflib.unified_diff(want.splitlines(True), have.splitlines(True),
                                                   str(path), "as it is now"))
    if faults:
        print("tests/golden/help.py --update writes them, when this is what was meant")
    return 1 if faults else 0


sys.exit(main())
