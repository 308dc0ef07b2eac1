"""Fifty people send a return of 500 rows at the same moment.

    python -m benchmarks.uploads [--people 50] [--rows 500]

Printed: how long the answers took, from sending to the page with the findings, and whether the
record then holds each file under its own sender and obligation, byte for byte.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from tests.portal.sending_at_once import run


def main() -> None:
    """Prints what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--rows", type=int, default=500)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = run(Path(folder), people=chosen.people, rows=chosen.rows)
    ordered = sorted(result.seconds)
    print(f"{chosen.people} people, {chosen.rows} rows each, sent at the same moment")
    print(f"answers: median {statistics.median(ordered):.2f} s, slowest {ordered[-1]:.2f} s")
    print(f"the health page meanwhile: slowest {result.health:.2f} s")
    print(f"processor time of the portal and its workers: {result.processor:.1f} s")
    print("lost or mixed up: " + (", ".join(result.wrong) or "nothing"))


if __name__ == "__main__":
    main()
