"""Prints the licence of every package that is installed, as CSV: name, version, licence.

Taken from what each package says of itself; works without a network.
"""

from __future__ import annotations

import csv
import sys
from importlib.metadata import PackageMetadata, distributions


def licence(metadata: PackageMetadata) -> str:
    """The licence as the package states it: by expression, else by classifier, else in words."""
    stated = metadata.get("License-Expression")
    if stated:
        return stated
    classified = [
        line.rpartition(" :: ")[2]
        for line in metadata.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    if classified:
        return "; ".join(classified)
    return (metadata.get("License") or "not stated").splitlines()[0]


def main() -> None:
    """Writes the list to standard output."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["name", "version", "licence"])
    found = {one.metadata["Name"].lower(): one for one in distributions()}
    for name in sorted(found):
        one = found[name]
        writer.writerow([one.metadata["Name"], one.version, licence(one.metadata)])


if __name__ == "__main__":
    main()
