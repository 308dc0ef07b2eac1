"""Someone outside, who knows the shown counts, the equations and that counts are whole.

Written apart from ``pipelines.disclosure``: no shared code, another way to the solver
(``scipy.optimize.linprog``), and for tiny tables a search of every possibility.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]  # scipy carries no types

Terms = Sequence[tuple[str, int]]
CEILING = 10_000.0


def ranges(
    bounds: Mapping[str, tuple[int, int | None]],
    equations: Sequence[Terms],
    *,
    whole: bool = False,
) -> dict[str, tuple[float, float]]:
    """The least and greatest of every cell that is not known, the equations adding up to nought;
    with ``whole`` of counts that are all whole at once."""
    unknown = [name for name, (low, high) in bounds.items() if low != high]
    matrix, constants = [], []
    for terms in equations:
        row = np.zeros(len(unknown))
        constant = 0.0
        for name, coefficient in terms:
            if name in unknown:
                row[unknown.index(name)] += coefficient
            else:
                constant -= coefficient * bounds[name][0]
        if row.any():
            matrix.append(row)
            constants.append(constant)
    limits = [
        (bounds[name][0], CEILING if bounds[name][1] is None else bounds[name][1])
        for name in unknown
    ]
    found = {}
    for place, name in enumerate(unknown):
        target = np.zeros(len(unknown))
        target[place] = 1
        ends = []
        for sign in (1, -1):
            result = linprog(
                sign * target,
                A_eq=np.array(matrix) if matrix else None,
                b_eq=np.array(constants) if matrix else None,
                bounds=limits,
                integrality=int(whole),
                method="highs",
            )
            assert result.status == 0, result.message
            ends.append(float(result.x[place]))
        found[name] = (np.ceil(ends[0] - 1e-6), np.floor(ends[1] + 1e-6))
    return found


def possibilities(
    bounds: Mapping[str, tuple[int, int | None]], equations: Sequence[Terms], *, ceiling: int
) -> dict[str, set[int]]:
    """Every value that each unknown cell can have, by trying all of them up to ``ceiling``."""
    names = sorted(bounds)
    spans = [
        range(bounds[name][0], (ceiling if bounds[name][1] is None else bounds[name][1] or 0) + 1)
        for name in names
    ]
    found: dict[str, set[int]] = {name: set() for name in names}
    for values in product(*spans):
        guess = dict(zip(names, values, strict=True))
        if all(sum(c * guess[name] for name, c in terms) == 0 for terms in equations):
            for name, value in guess.items():
                found[name].add(value)
    return found
