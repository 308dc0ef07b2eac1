"""The figures that compare: what they claim, by numbers worked out by hand.

The trap: a drawing that looks right with the scale folded over, limits of the wrong size, or a map
whose letter belongs to the neighbour.
"""

from __future__ import annotations

import json

import pytest

from dashboards.drawing import areas, bars, funnel, maps, spine
from dashboards.drawing.base import spread
from tests.dashboards import made_up


def item(name: str, numerator: float, denominator: float) -> bars.Item:
    return bars.Item(
        name=name, period="2018-19 Q2", state="shown", value=100 * numerator / denominator,
        lower=None, upper=None, numerator=numerator, denominator=denominator,
    )  # fmt: skip


def test_limits_of_a_funnel_are_those_of_the_pooled_share_at_the_partners_size() -> None:
    lower, upper = funnel.limits(50.0, 100.0, z=funnel.Z_95)
    assert lower == pytest.approx(50 - 9.799820)
    assert upper == pytest.approx(50 + 9.799820)
    assert funnel.limits(99.0, 4.0, z=funnel.Z_998) == pytest.approx((83.626, 100.0), abs=0.001)


def test_only_partners_outside_the_limits_are_named_in_a_funnel() -> None:
    items = [item("Usual", 50, 100), item("Small", 6, 10), item("Far", 90, 100),
             item("Big", 480, 1000)]  # fmt: skip
    chart = funnel.funnel_chart(made_up.measure("M"), items)
    assert chart is not None
    places = {row[0].value: row[-2].value for row in chart.table.rows}
    assert places == {"Usual": "inside", "Small": "inside", "Far": "far high", "Big": "low"}
    named = [note["text"] for note in chart.figure["layout"]["annotations"]]
    assert "Far" in named
    assert "Usual" not in named
    assert "2 are further from that than chance alone" in chart.alt


def test_a_funnel_wants_counts_and_four_partners() -> None:
    items = [item(name, 50, 100) for name in "ABC"]
    measure = made_up.measure("M")
    assert funnel.funnel_chart(measure, items) is None
    hidden = bars.Item(name="D", period="", state="suppressed", value=None, lower=None, upper=None)
    assert funnel.funnel_chart(measure, [*items, hidden]) is None


@pytest.mark.parametrize(
    ("value", "worst", "best", "stands"),
    [
        (85.0, 70.0, 90.0, 0.0),  # the benchmark itself
        (90.0, 70.0, 90.0, 1.0),
        (70.0, 70.0, 90.0, -1.0),
        (77.5, 70.0, 90.0, -0.5),  # the worse side has a scale of its own
        (87.5, 70.0, 90.0, 0.5),
        (95.0, 70.0, 90.0, 2.0),  # better than every area
        (80.0, 90.0, 70.0, 1 / 3),  # lower is better: below the benchmark of 85 is good
        (90.0, 90.0, 70.0, -1.0),
        (86.0, 84.0, 90.0, 0.2),
        (84.0, 86.0, 90.0, 0.0),  # the benchmark is worse than the worst area: no scale there
    ],
)
def test_a_spine_scales_the_signed_distance_on_each_side_of_the_benchmark(
    value: float, worst: float, best: float, stands: float
) -> None:
    found = spine.position(value, benchmark=85.0, worst=worst, best=best)
    assert found == pytest.approx(stands)


def test_a_map_gives_each_area_its_own_letter_and_figure() -> None:
    shapes = areas.load(made_up.shapes())["ward"]
    items = [item(ward, 10 * n, 100) for n, ward in enumerate(made_up.WARDS, start=1)]
    chart = maps.map_chart(made_up.measure("M"), items, shapes)
    assert chart is not None
    letters = {row[0].value: row[1].value for row in chart.table.rows}
    assert letters == {"East ward": "A", "North ward": "B", "South ward": "C", "West ward": "D"}
    labels = {(n["x"], n["y"]): n["text"] for n in chart.figure["layout"]["annotations"]}
    assert labels[0.5, 0.5] == "B<br>10.0%"
    assert labels[1.5, 0.5] == "A<br>20.0%"
    assert "no real boundary" in chart.caption
    assert "Squares of one size." in chart.caption


def test_a_suppressed_area_holds_no_figure_anywhere_in_the_map() -> None:
    shapes = areas.load(made_up.shapes())["ward"]
    items = [item(ward, 10, 100) for ward in made_up.WARDS[:3]]
    hidden = bars.Item(name=made_up.WARDS[3], period="", state="suppressed", value=None, lower=None,
                       upper=None)  # fmt: skip
    chart = maps.map_chart(made_up.measure("M"), [*items, hidden], shapes)
    assert chart is not None
    assert "D<br>[c]" in json.dumps(chart.figure)
    assert chart.figure["data"][-1]["customdata"][3] is None


def test_degrees_are_drawn_together_by_their_latitude() -> None:
    [(name, given)] = made_up.shapes().items()
    content = json.loads(given) | {"coordinates": "degrees"}
    for feature in content["features"]:
        ring = feature["geometry"]["coordinates"][0]
        feature["geometry"] = {
            "type": "MultiPolygon", "coordinates": [[[[x, y + 59] for x, y in ring]]],
        }  # fmt: skip
    rings = areas.load({name: json.dumps(content).encode()})["ward"].rings["East ward"]
    across = [x for x, _ in rings[0]]
    assert max(across) - min(across) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "no 'breakdown'"),
        ('{"breakdown": "ward", "attribution": "", "made_up": true}', "has no features"),
        ('{"breakdown": "ward", "attribution": "", "made_up": true, "features": [{}]}',
         "feature 1 has no property 'category'"),
        (('{"breakdown": "ward", "attribution": "", "made_up": true, "features": [{"properties":'
         ' {"category": "A"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}'),
         "no Polygon"),
    ],
)  # fmt: skip
def test_a_file_of_shapes_that_is_not_as_described_is_refused_in_words(
    broken: str, message: str
) -> None:
    with pytest.raises(areas.ShapesError, match=message):
        areas.load({"x.geojson": broken.encode()})


def test_labels_keep_apart_and_in_order() -> None:
    placed = spread([10.0, 12.0, 11.0, 90.0], gap=20, low=8, high=100)
    assert placed == [10.0, 50.0, 30.0, 90.0]
