"""Shapes of wards and other areas, from the files of the board.

A real boundary belongs to whoever drew it, and its words of attribution stand in the file and under
every map made of it. ``docs/shapes.md`` describes the file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Ring = tuple[tuple[float, float], ...]


class ShapesError(ValueError):
    """A file of shapes is not as described; the message says which and what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """The shapes of one breakdown: the outer rings of each category, across and up on paper.

    ``attribution`` must stand under every map; ``made_up`` says that no real boundary is shown.
    """

    breakdown: str
    made_up: bool
    attribution: str
    rings: Mapping[str, tuple[Ring, ...]]


def load(files: Mapping[str, bytes]) -> dict[str, Shapes]:
    """Read the shapes of these files of GeoJSON, given by their names, by their breakdown.

    Raises:
        ShapesError: A file is not as described.
    """
    read = (_read(name, content) for name, content in sorted(files.items()))
    return {shapes.breakdown: shapes for shapes in read}


def _read(name: str, given: bytes) -> Shapes:
    try:
        content = json.loads(given)
    except UnicodeDecodeError as error:
        raise ShapesError(f"{name} is not saved as UTF-8; save it as UTF-8") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        said = f"{name} cannot be read as JSON at {place}; export it again from your maps"
        raise ShapesError(said) from error
    for member, kind in (("breakdown", str), ("attribution", str), ("made_up", bool)):
        if not isinstance(content, dict) or not isinstance(content.get(member), kind):
            raise ShapesError(f"{name} has no {member!r} beside its features")
    shapes: dict[str, tuple[Ring, ...]] = {}
    for number, feature in enumerate(content.get("features", ()), start=1):
        category = (feature.get("properties") or {}).get("category")
        if not isinstance(category, str):
            raise ShapesError(f"{name}: feature {number} has no property 'category'")
        shapes[category] = _rings(feature.get("geometry") or {}, where=f"{name}: {category}")
    if not shapes:
        raise ShapesError(f"{name} has no features")
    if content.get("coordinates") == "degrees":
        shapes = _on_paper(shapes)
    return Shapes(
        breakdown=content["breakdown"],
        made_up=content["made_up"],
        attribution=content["attribution"],
        rings=shapes,
    )


def _rings(geometry: Mapping[str, Any], *, where: str) -> tuple[Ring, ...]:
    """Return the outer ring of each polygon; holes are not drawn."""
    drawn = geometry.get("coordinates") or []
    polygons: Any = {"Polygon": [drawn], "MultiPolygon": drawn}.get(str(geometry.get("type")), ())
    try:
        rings = tuple(
            tuple((float(point[0]), float(point[1])) for point in polygon[0])
            for polygon in polygons
        )
    except (TypeError, IndexError, ValueError) as error:
        raise ShapesError(f"{where} has coordinates that cannot be read") from error
    if not rings or any(len(ring) < 4 for ring in rings):
        raise ShapesError(f"{where} is no Polygon or MultiPolygon with at least three corners")
    return rings


def _on_paper(shapes: Mapping[str, tuple[Ring, ...]]) -> dict[str, tuple[Ring, ...]]:
    """Draw longitudes together as at this latitude, so that a mile is a mile both ways."""
    heights = [up for rings in shapes.values() for ring in rings for _, up in ring]
    narrow = math.cos(math.radians(sum(heights) / len(heights)))
    return {
        category: tuple(tuple((across * narrow, up) for across, up in ring) for ring in rings)
        for category, rings in shapes.items()
    }


def middle(rings: Sequence[Ring]) -> tuple[float, float]:
    """Return where a label stands: the centroid of the largest ring."""
    ring = max(rings, key=lambda each: abs(_area(each)))
    area = _area(ring)
    if area == 0:
        return ring[0]
    across = up = 0.0
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x0 * y1 - x1 * y0
        across += (x0 + x1) * cross
        up += (y0 + y1) * cross
    return across / (6 * area), up / (6 * area)


def _area(ring: Ring) -> float:
    """Return the signed area inside a ring."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) / 2
