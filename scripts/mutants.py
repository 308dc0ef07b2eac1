"""Mutation tests of the rules over rows and of disclosure control: `python -m scripts.mutants 75`.

A mutant is a module with one change. Ends with 1 if more than one in ten of a sample survives.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandera.polars  # noqa: F401  # once for all mutants, not in each
import pytest
import scipy.optimize  # noqa: F401

TESTS = {
    "pipelines.checking.rules.rows": "tests/pipelines/checking/test_rows.py",
    "pipelines.disclosure.protect": "tests/pipelines/disclosure/test_decisions.py",
}
SURVIVORS_ALLOWED = 0.1
LONGEST_SECONDS = 60  # a mutant that never ends is found out
PAIRS = (
    "Eq NotEq",
    "Lt LtE",
    "Gt GtE",
    "In NotIn",
    "Is IsNot",
    "And Or",
    "Add Sub",
    "BitAnd BitOr",
)
OPPOSITE = {one: other for a, b in map(str.split, PAIRS) for one, other in ((a, b), (b, a))}


def changes(node: ast.AST) -> Iterator[Callable[[ast.AST], object]]:
    """Yield changes to a node: its operator, condition or constant is another, or it is gone."""
    op = node.ops[0] if isinstance(node, ast.Compare) else getattr(node, "op", None)
    if (name := type(op).__name__) in OPPOSITE:
        other = getattr(ast, OPPOSITE[name])()
        field, value = ("ops", [other]) if isinstance(node, ast.Compare) else ("op", other)
        yield lambda one: setattr(one, field, value)
    match node:
        case ast.If(test=test) | ast.IfExp(test=test):
            yield lambda one: setattr(one, "test", ast.UnaryOp(ast.Not(), test))
        case ast.Constant(value=bool() | int() as value):
            other = not value if isinstance(value, bool) else value + 1
            yield lambda one: setattr(one, "value", other)
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield lambda one: setattr(one, "value", ast.Constant(None))


def mutants(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the source of every mutant."""
    for index, node in enumerate(ast.walk(ast.parse(source))):
        for change in changes(node):
            tree = ast.parse(source)
            change([*ast.walk(tree)][index])
            yield getattr(node, "lineno", 0), ast.unparse(tree)


def survives(name: str, source: str) -> bool:
    """Return whether the tests of a module pass, in a process of their own, with this source."""
    if child := os.fork():
        return os.waitpid(child, 0)[1] == 0
    signal.alarm(LONGEST_SECONDS)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    spec = importlib.util.find_spec(name)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    code: int = pytest.ExitCode.TESTS_FAILED
    try:
        exec(compile(source, spec.origin, "exec"), module.__dict__)  # noqa: S102
        code = pytest.main(["-x", "-q", TESTS[name]])
    finally:
        os._exit(code)


def main() -> None:
    """Try a sample of the mutants of each module."""
    failed = False
    for name in TESTS:
        source = Path(*name.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        if not survives(name, source):
            sys.exit(f"{name}: its own tests fail")
        found = [*mutants(source)]
        sample = random.Random(1).sample(found, min(int(sys.argv[1]), len(found)))  # noqa: S311
        alive = 0
        for line, mutant in sorted(sample):
            if survives(name, mutant):
                alive += 1
                print(f"{name}, line {line}: survived", flush=True)
        print(f"{name}: {alive} of {len(sample)} survived, of {len(found)} mutants", flush=True)
        failed = failed or alive > SURVIVORS_ALLOWED * len(sample)
    sys.exit(failed)


if __name__ == "__main__":
    main()
