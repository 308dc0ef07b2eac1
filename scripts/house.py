"""Write docs/house.md: the rooms of the house and who imports whom, from the code itself.

    python -m scripts.house

A folder is one of the five top-level ones, a room a package or a module directly below it.
"""

from __future__ import annotations

import argparse
import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "house.md"
FOLDERS = ("schemas", "pipelines", "dashboards", "portal", "orchestration")
_WIDTH = 96
_HEAD = """# A drawing of the house

Made from the imports of the code by `python -m scripts.house`; a test holds this page to them.
What stands higher uses what stands lower, never the other way round: `make lint` fails otherwise
(the contracts of import-linter in `pyproject.toml`). Rooms joined by ⇄ use each other. The other
folders are in the README, what one layer hands to the next in
[contracts](contracts.md).

"""
_Graph = Mapping[str, frozenset[str]]


def page() -> str:
    """Return the page as the code would have it now."""
    graph = grimp.build_graph(*FOLDERS, cache_dir=None)
    rooms = _uses(graph, depth=2)
    folders = _uses(graph, depth=1)
    levels = _levels(folders)
    boxes = ["".join(_box(one, rooms) for one in level) for level in levels]
    parts = [_HEAD, "```text\n", ("▼".center(_WIDTH).rstrip() + "\n").join(boxes), "```\n"]
    for folder in (one for level in levels for one in level):
        used = ", ".join(f"`{one}/`" for one in sorted(folders[folder])) or "none of the others"
        parts.append(f"\n## `{folder}/`\n\n{_summary(folder)} Uses {used}.\n\n")
        parts.append("| room | holds | uses |\n|---|---|---|\n")
        for room in sorted(_inside(folder, rooms)):
            name = room.partition(".")[2]
            mark = "/" if (ROOT / folder / name).is_dir() else ".py"
            parts.append(f"| `{name}{mark}` | {_summary(room)} | {_used(room, rooms)} |\n")
    return "".join(parts)


def _uses(graph: grimp.ImportGraph, *, depth: int) -> _Graph:
    """Return which packages of a depth each of them imports, itself left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules:
        name = _cut(module, depth)
        imported = graph.find_modules_directly_imported_by(module)
        found[name] |= {_cut(other, depth) for other in imported} - {name}
    return {name: frozenset(others) for name, others in found.items()}


def _cut(module: str, depth: int) -> str:
    return ".".join(module.split(".")[:depth])


def _inside(folder: str, rooms: _Graph) -> _Graph:
    """Return the rooms of a folder, with what they use of each other."""
    own = {room for room in rooms if room.startswith(f"{folder}.")}
    return {room: rooms[room] & own for room in own}


def _levels(uses: _Graph) -> list[list[str]]:
    """Return the names by level, highest first; those that use each other share a level."""
    reached = {name: _reached(name, uses) for name in uses}
    height: dict[str, int] = {}
    for name in sorted(uses, key=lambda one: (len(reached[one] | {one}), one)):
        below = [height[one] for one in reached[name] if name not in reached[one]]
        height[name] = 1 + max(below, default=-1)
    top = max(height.values(), default=0)
    return [sorted(one for one in uses if height[one] == at) for at in range(top, -1, -1)]


def _reached(name: str, uses: _Graph) -> set[str]:
    found: set[str] = set()
    waiting = list(uses[name])
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting += uses[other]
    return found


def _box(folder: str, rooms: _Graph) -> str:
    """Return a folder as a box, its rooms in it level by level."""
    inside = _inside(folder, rooms)
    reached = {room: _reached(room, inside) for room in inside}
    lines = [f"{folder}/"]
    for level in _levels(inside):
        together = sorted({tuple(sorted({room, *_both(room, reached)})) for room in level})
        words = [" ⇄ ".join(room.partition(".")[2] for room in one) for one in together]
        lines += [f"  {line}" for line in _filled(words)]
    across = "─" * (_WIDTH - 2)
    body = "".join(f"│ {line.ljust(_WIDTH - 4)} │\n" for line in lines)
    return f"┌{across}┐\n{body}└{across}┘\n"


def _both(room: str, reached: Mapping[str, set[str]]) -> set[str]:
    return {other for other in reached[room] if room in reached[other]}


def _filled(words: Iterable[str]) -> Iterator[str]:
    """Yield the words in lines that fit into a box."""
    line = ""
    for word in words:
        if line and len(line) + len(word) > _WIDTH - 10:
            yield line
            line = ""
        line += ("   " if line else "") + word
    yield line


def _used(room: str, rooms: _Graph) -> str:
    """Return what a room uses: rooms of its own folder by name, others by their folder."""
    folder = room.partition(".")[0]
    own = sorted(one.partition(".")[2] for one in rooms[room] if one.startswith(f"{folder}."))
    others = sorted({f"{one.partition('.')[0]}/" for one in rooms[room]} - {f"{folder}/"})
    return ", ".join([*own, *(f"`{one}`" for one in others)])


def _summary(module: str) -> str:
    """Return the first paragraph of a module's docstring, on one line."""
    path = ROOT / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(words.partition("\n\n")[0].split()).replace("``", "`").replace("|", "\\|")


def main() -> None:
    """Write the page."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
