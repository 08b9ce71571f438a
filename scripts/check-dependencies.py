#!/usr/bin/env python3
"""Turns deny.toml and `cargo metadata` into a verdict: only allowed licences, only the registry, nothing banned.

The part of cargo-deny that needs no database and no ten minutes of compiling. Advisories are not covered: run
`cargo deny check advisories` where it is installed.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def allows(expression, allowed):
    """Whether an SPDX expression is met: each AND part by one of its OR choices. `/` is the old way to write OR."""
    names = re.findall(r"\(|\)|[^\s()/]+|/", expression)
    python = []
    skip = False
    for name in names:
        if skip:  # the exception after WITH only ever permits more
            skip = False
        elif name in ("(", ")"):
            python.append(name)
        elif name in ("OR", "/"):
            python.append("or")
        elif name == "AND":
            python.append("and")
        elif name == "WITH":
            skip = True
        else:
            python.append(str(name in allowed))
    return eval(" ".join(python))  # only parentheses, and, or, True, False are left


def main():
    rules = tomllib.loads((ROOT / "deny.toml").read_text())
    host = re.search(r"host: (\S+)", subprocess.check_output(["rustc", "-vV"], text=True))[1]
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", host]
    if rules["graph"]["all-features"]:
        command.append("--all-features")
    packages = json.loads(subprocess.check_output(command, cwd=ROOT))["packages"]

    exceptions = {e["crate"]: e["allow"] for e in rules["licenses"]["exceptions"]}
    banned = {b["crate"] for b in rules["bans"]["deny"]}
    faults = []
    for package in packages:
        name, source = package["name"], package["source"]
        allowed = rules["licenses"]["allow"] + exceptions.get(name, [])
        if not allows(package["license"] or "none", allowed):
            faults.append(f"{name}: the licence {package['license']} is not in deny.toml")
        if source and not source.startswith(("registry+", "sparse+")):
            faults.append(f"{name}: it comes from {source}, not from the registry")
        if name in banned:
            faults.append(f"{name}: deny.toml bans it")
    for fault in faults:
        print(f"dependencies: {fault}", file=sys.stderr)
    print(f"dependencies: {len(packages)} packages, {len(faults)} faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
