#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# The form of the sources: form.py ROOT. Prints each fault with its place; exit code 1 if any.
import json
import pathlib
import re
import shutil
import subprocess
import sys

FILE_LINES = 600
FUNCTION_LINES = 70
LAYERS = {"base": "base", "sheet": "base sheet", "paper": "base paper", "mail": "base mail", "wire": "base wire", "proto": "base wire proto",
          "describe": "base wire proto describe", "store": "base wire proto store",
          "step": "base wire proto store step", "run": "base wire proto store step run"}
# Who may see a foreign library; tests may see all.
OWNERS = {"lmdb.h": "common/store", "zmq.h": "common/run", "czmq.h": "common/run",
          "expat.h": "common/sheet", "gmime/gmime.h": "common/mail", "zip.h": "common/sheet", "xlsxwriter.h": "common/sheet",
          "cairo-pdf.h": "common/paper", "fontconfig/fontconfig.h": "common/paper",
          "pango/pangocairo.h": "common/paper"}
# Lists of the contract that a lower layer expands, and stubs that are for those above.
ALLOWED = {("wire", "proto/rights.def"), ("proto", "common/step/client.h")}
# Put together here, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
MACHINE = re.compile(r"(/wo" + r"rk/|/ho" + r"me/\w|/ro" + r"ot/|/Us" + r"ers/)")
# Calls without a bound or without an error; exit leaves what is open behind.
BANNED = re.compile(r"\b(ato" + r"[ilf]|v?sprint" + r"f|str" + r"cpy|str" + r"cat|get" + r"s|allo" + r"ca|s?ra" + r"nd)\s*\(")
LEAVING = re.compile(r"(?<![_\w])ex" + r"it\s*\(")
# What aborts or loses data in the libraries as Debian 12 packages them; tests may prove it.
LANDMINE = re.compile(r"\b(ZMQ_HEART" + r"BEAT_\w+|ZMQ_XPUB_MAN" + r"UAL\w*|ZMQ_X" + r"PUB|ZMQ_ROUTER_HAND" + r"OVER|"
                      r"ZMQ_CONF" + r"LATE|ZMQ_PROBE_" + r"ROUTER|MDB_DUP" + r"SORT|MDB_NO" + r"SYNC|MDB_NOMETA" + r"SYNC|"
                      r"MDB_WRITE" + r"MAP|MDB_MAP" + r"ASYNC)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.M)


def layer(name):
    parts = name.split("/")
    if parts[0] == "common" and len(parts) > 2:
        return parts[1]
    return "proto" if parts[0] == "proto" else None


def include_faults(name, text):
    own = layer(name)
    for match in INCLUDE.finditer(text):
        target = match.group(1)
        line = text.count("\n", 0, match.start()) + 1
        owner = OWNERS.get(target)
        if owner and not name.startswith((owner + "/", "tests/")):
            yield f"{name}:{line}: {target} belongs into {owner} only"
        beneath = layer(target)
        if own and target.startswith(("services/", "tests/")):
            yield f"{name}:{line}: a layer includes {target}"
        if own in LAYERS and beneath and beneath not in LAYERS[own].split() and (own, target) not in ALLOWED:
            yield f"{name}:{line}: {own} includes {target}, which does not lie before it"


def call_faults(name, lines):
    tests = name.startswith("tests/")
    for number, line in enumerate(lines, 1):
        if BANNED.search(line):
            yield f"{name}:{number}: a banned call: {line.strip()}"
        if not tests and LEAVING.search(line):
            yield f"{name}:{number}: only main ends the process: {line.strip()}"
        if not tests and LANDMINE.search(line):
            yield f"{name}:{number}: this aborts or loses data in the packaged library: {line.strip()}"


def vocabulary_faults(root):
    """Each word of the .def files is explained in proto/README.md."""
    words = re.findall(r"^#ifndef (\w+)", (root / "proto/begin.inc").read_text(encoding="utf-8"), re.M)
    page = (root / "proto/README.md").read_text(encoding="utf-8")
    for word in words:
        if f"`{word}(" not in page:
            yield f"proto/README.md: the word {word} of proto/begin.inc is not explained"


def file_faults(name, text):
    lines = text.splitlines() or [""]
    is_code = name.endswith((".c", ".h"))
    if is_code and len(lines) > FILE_LINES:
        yield f"{name}: {len(lines)} lines, at most {FILE_LINES}"
    if is_code and "SPDX-License-Identifier: " not in lines[0]:
        yield f"{name}:1: the first line names no licence (SPDX)"
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield f"{name}:{number}: unfinished: {line.strip()}"
        if MACHINE.search(line):
            yield f"{name}:{number}: a path of a developer's machine: {line.strip()}"
    if is_code:
        yield from include_faults(name, text)
        yield from call_faults(name, lines)


def function_faults(root, names):
    run = subprocess.run(["ctags", "--languages=C", "--langmap=C:+.h", "--kinds-C=f",
                          "--fields=+ne", "--output-format=json", "-L", "-", "-f", "-"],
                         input="\n".join(names), cwd=root, capture_output=True, text=True, check=True)
    tags = [json.loads(line) for line in run.stdout.splitlines()]
    if names and not tags:
        yield "ctags found no function: its universal form is needed"
    for tag in tags:
        length = tag.get("end", tag["line"]) - tag["line"] + 1
        if length > FUNCTION_LINES:
            yield f"{tag['path']}:{tag['line']}: {tag['name']} has {length} lines, at most {FUNCTION_LINES}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    if not shutil.which("ctags") or not (root / ".git").exists():
        print("skipped: universal-ctags and a git checkout are needed")
        return 77
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True,
                            text=True, check=True).stdout.split("\0")
    faults, sources = [], []
    for name in filter(None, listed):
        path = root / name
        # What a capture or a seed holds is data, not ours to shape.
        if not path.is_file() or name.startswith(("tests/data/", "tests/fuzz/seeds/")):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        faults += file_faults(name, text)
        if name.endswith((".c", ".h")):
            sources.append(name)
    faults += function_faults(root, sources)
    faults += vocabulary_faults(root)
    print("\n".join(faults) or f"{len(sources)} sources are in form")
    return 1 if faults else 0


sys.exit(main())
