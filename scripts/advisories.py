"""Known vulnerabilities of what the lock names, without a network.

    python -m scripts.advisories PyPI.zip [--lock uv.lock]

``PyPI.zip`` is the open list of advisories for PyPI as OSV gives it out, fetched on a machine that
has a way out (https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip) and carried in. Ends
with 0 where none concerns a locked version, 1 where one does, 2 where the list cannot be read or is
empty: nothing was checked then. Which versions an advisory concerns: OSV's schema 1.7, "affected".
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


@dataclass(frozen=True, order=True)
class Found:
    """One advisory that concerns a locked version."""

    package: str
    version: str
    advisory: str
    also_known_as: str
    summary: str
    fixed_in: str


def locked(lock: Path) -> dict[str, str]:
    """The packages that the lock takes from an index, with their versions."""
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    return {
        canonicalize_name(one["name"]): one["version"]
        for one in packages
        if "registry" in one.get("source", {})
    }


def advisories(file: Path) -> Iterator[Mapping[str, Any]]:
    """Every advisory in OSV's zip that was not withdrawn. Raises ``OSError``, ``ValueError``."""
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                advisory: Mapping[str, Any] = json.loads(archive.read(name))
                if not advisory.get("withdrawn"):
                    yield advisory


def concerning(advisory: Mapping[str, Any], versions: Mapping[str, str]) -> list[Found]:
    """What the advisory says of these packages (by canonical name) in these versions."""
    found = []
    for affected in advisory.get("affected", ()):
        package = affected.get("package", {})
        name = canonicalize_name(package.get("name", ""))
        if package.get("ecosystem") != "PyPI" or name not in versions:
            continue
        if is_affected(versions[name], affected):
            fixed = [
                event["fixed"]
                for one in affected.get("ranges", ())
                for event in one.get("events", ())
                if "fixed" in event and one.get("type") == "ECOSYSTEM"
            ]
            found.append(
                Found(
                    package=name,
                    version=versions[name],
                    advisory=advisory["id"],
                    also_known_as=" ".join(advisory.get("aliases", ())),
                    summary=advisory.get("summary", ""),
                    fixed_in=", ".join(fixed) or "no version",
                )
            )
    return found


def is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    """Whether a version is listed, or lies in one of the ranges from introduced to fixed."""
    if version in affected.get("versions", ()):
        return True
    here = Version(version)
    for one in affected.get("ranges", ()):
        if one.get("type") != "ECOSYSTEM":
            continue
        inside = False
        for kind, at in sorted(_events(one), key=lambda event: event[1]):
            if kind == "introduced" and here >= at:
                inside = True
            elif (kind == "fixed" and here >= at) or (kind == "last_affected" and here > at):
                inside = False
        if inside:
            return True
    return False


def _events(one: Mapping[str, Any]) -> Iterator[tuple[str, Version]]:
    for event in one.get("events", ()):
        for kind, at in event.items():
            try:
                yield kind, Version("0.dev0" if at == "0" else at)
            except InvalidVersion:
                continue  # no version of a package on PyPI: nobody has it locked


def main() -> None:
    """Prints what concerns the lock."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", type=Path, help="OSV's zip of PyPI's advisories.")
    parser.add_argument("--lock", type=Path, default=Path("uv.lock"))
    given = parser.parse_args()
    versions = locked(given.lock)
    looked_at = 0
    found: list[Found] = []
    try:
        for advisory in advisories(given.list):
            looked_at += 1
            found += concerning(advisory, versions)
    except (OSError, ValueError, zipfile.BadZipFile) as problem:
        print(f"The list cannot be read, so nothing was checked: {problem}", file=sys.stderr)
        sys.exit(2)
    if not looked_at:
        print(f"There is no advisory in {given.list}: nothing was checked.", file=sys.stderr)
        sys.exit(2)
    for one in sorted(set(found)):
        print(
            f"{one.package} {one.version}: {one.advisory} {one.also_known_as}\n"
            f"    {one.summary}\n    Fixed in {one.fixed_in}."
        )
    print(f"{len(versions)} packages held against {looked_at:,} advisories: {len(set(found))}.")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
