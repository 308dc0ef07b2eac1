"""Mutation tests of the rules over rows and of disclosure control: `python -m scripts.mutants 75`.

A mutant is a module with one change. Ends with 1 if more than one in ten of a sample survives.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import os
import random
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandera.polars  # noqa: F401  # once for all mutants, not in each
import pytest
import scipy.optimize  # type: ignore[import-untyped]  # noqa: F401

TESTS = {
    "pipelines.checking.rules.rows": "tests/pipelines/checking/test_rows.py",
    "pipelines.disclosure.protect": "tests/pipelines/disclosure/test_decisions.py",
}
SURVIVORS_ALLOWED = 0.1
LONGEST_SECONDS = 60  # of processor time: a mutant that never ends is found out
SIGNS = ["Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "In", "NotIn", "Is", "IsNot", "And", "Or"]
SIGNS += ["Add", "Sub", "BitAnd", "BitOr"]
OPPOSITE = dict(zip(SIGNS, (SIGNS[place ^ 1] for place in range(len(SIGNS))), strict=True))


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


def inner(tree: ast.AST) -> list[ast.AST]:
    """Return the nodes in the bodies of functions: elsewhere a change alters little that runs."""
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    return [node for one in functions for statement in one.body for node in ast.walk(statement)]


def mutants(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the source of every mutant."""
    for index, node in enumerate(inner(ast.parse(source))):
        for change in changes(node):
            tree = ast.parse(source)
            change(inner(tree)[index])
            yield getattr(node, "lineno", 0), ast.unparse(tree)


def survives(name: str, source: str) -> bool:
    """Return whether the tests of a module pass, in a process of their own, with this source."""
    if child := os.fork():
        return os.waitpid(child, 0)[1] == 0
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_SECONDS, LONGEST_SECONDS))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        sys.exit(f"there is no module {name}")
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    code: int = pytest.ExitCode.TESTS_FAILED
    try:
        exec(compile(source, spec.origin, "exec"), module.__dict__)  # noqa: S102
        code = pytest.main(["-x", "-q", TESTS[name]])
    finally:
        os._exit(code)


def main() -> None:
    """Try a sample of the mutants of each module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int, help="how many mutants of each module are tried")
    size: int = parser.parse_args().size
    failed = False
    for name in TESTS:
        source = Path(*name.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        if not survives(name, source):
            sys.exit(f"{name}: its own tests fail")
        found = [*mutants(source)]
        sample = random.Random(1).sample(found, min(size, len(found)))  # noqa: S311
        alive = sorted(line for line, mutant in sample if survives(name, mutant))
        print(f"{name}: {len(alive)} of {len(sample)} survived, at lines {alive}", flush=True)
        failed = failed or len(alive) > SURVIVORS_ALLOWED * len(sample)
    sys.exit(failed)


if __name__ == "__main__":
    main()
