"""Check the pins: no host is named, every hashed file has its hashes, and all of it fits pyproject.toml."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

HERE = Path(__file__).parent
HASHED = ("dev.txt", "docs.txt", "runtime.txt", "uv.txt")
FOREIGN = re.compile(r"://|--(extra-)?index-url|--find-links|--trusted-host|@ ?file:")
Pins = dict[str, set[Version]]


def read(name: str, problems: list[str]) -> Pins:
    """Read the pinned versions of one file; a package may have several, split by markers."""
    pins: Pins = {}
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if FOREIGN.search(line):
            problems.append(f"{name}:{number}: names a host or a folder: {line.strip()}")
            continue
        if not line.strip() or line[0] in " #":
            continue
        if line[0] == "-":
            problems.append(f"{name}:{number}: an option is not a pin: {line.strip()}")
            continue
        requirement = Requirement(line.rstrip("\\ "))
        versions = [part.version for part in requirement.specifier if part.operator == "=="]
        if len(versions) != 1:
            problems.append(f"{name}:{number}: not one exact version: {line.strip()}")
            continue
        if name in HASHED and (number == len(lines) or "--hash=sha256:" not in lines[number]):
            problems.append(f"{name}:{number}: {requirement.name} has no hash")
        pins.setdefault(canonicalize_name(requirement.name), set()).add(Version(versions[0]))
    return pins


def fit(pins: Pins, name: str, wanted: list[str], problems: list[str]) -> None:
    """Hold the pins of one file against the ranges of pyproject.toml."""
    for text in wanted:
        requirement = Requirement(text)
        held = pins.get(canonicalize_name(requirement.name), set())
        if not held:
            problems.append(f"{name}: {requirement.name} is missing; run `make lock`")
        for version in held:
            if version not in requirement.specifier:
                problems.append(f"{name}: {requirement.name} {version} is outside {text}; run `make lock`")


def main() -> int:
    """Print all problems and return 1 if there is any."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    core = project["dependencies"]
    dev = [*core, *extras["auth"], *extras["dist"], *extras["report"], *extras["dev"]]
    problems: list[str] = []
    constraints = read("constraints.txt", problems)
    wanted = {"dev.txt": dev, "docs.txt": extras["docs"], "runtime.txt": core, "uv.txt": ["uv"]}
    fit(constraints, "constraints.txt", [*dev, *extras["docs"]], problems)
    for name, requirements in wanted.items():
        pins = read(name, problems)
        fit(pins, name, requirements, problems)
        if name != "uv.txt":
            problems += [
                f"{name}: {package} differs from constraints.txt; run `make lock`"
                for package, versions in pins.items()
                if not versions <= constraints.get(package, set())
            ]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"pins: {len(problems)} problems" if problems else f"pins: {len(constraints)} packages, in order")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
