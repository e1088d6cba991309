#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Makes common/base/numbering.def from a numbering plan: numbering.py PLAN.csv > numbering.def
# The plan's columns: land;praefix;min;max;art (country, prefix, least and greatest length, kind).
import csv
import sys

KINDS = {"F": "FIXED", "M": "MOBILE", "0": "FREE", "S": "SHARED", "P": "PREMIUM", "V": "NOMADIC",
         "N": "PERSONAL", "U": "COMPANY", "X": "PAGER", "B": "MAILBOX"}

with open(sys.argv[1], encoding="utf-8", newline="") as plan:
    rows = [(int("1" + row["land"] + row["praefix"]), int(row["min"]), int(row["max"]),
             KINDS[row["art"]]) for row in csv.DictReader(plan, delimiter=";")]
rows.sort()
assert len(set(rows)) == len(rows) and max(row[0] for row in rows) < 10**9
print("// SPDX-License-Identifier: Apache-2.0")
print("// The numbering plan of +49, +43, +41, +423, sampled from the metadata of Google libphonenumber")
print("// (Apache-2.0, see NOTICE). Made by tests/phone/numbering.py; not edited by hand.")
print("// NUMBERS(1, country and prefix; least, greatest length of the national number; kind), ascending;")
print("// a prefix stands twice where the length decides the kind (a mailbox behind a mobile number).")
for row in rows:
    print("NUMBERS(%d, %d, %d, %s)" % row)
