"""The Clean Air Zone return: air, vehicles, permits, consultation."""

from __future__ import annotations

import pandera.polars as pa

from schemas.columns import Kind, ReturnRows, column, comment_column, item_column
from schemas.declaration import Observation, Parts, Return
from schemas.row_checks import OF_THE_ROW, not_a_fraction, percentage_within_100


class CleanAirZone(ReturnRows):
    """One row is one measure, at one site or for one class of vehicle where it has them."""

    measure: str = item_column(
        title="Measure",
        description="The measure, as the list of measures names it.",
        example="Annual mean nitrogen dioxide",
    )
    site: str = column(
        title="Site",
        description="The monitoring site; empty where the measure has none.",
        example="Colmore Row",
        kind=Kind.TEXT,
        key=True,
        required=False,
    )
    vehicle_class: str = column(
        title="Class of vehicle",
        description="The class of vehicle; empty for all vehicles, or where it does not matter.",
        example="taxi",
        kind=Kind.TEXT,
        key=True,
        required=False,
    )
    value: float = column(
        title="Value",
        description=(
            "The reading, count or percentage. Nitrogen dioxide is in micrograms in a cubic "
            "metre. Write 41.3, with no unit."
        ),
        example="41.3",
        kind=Kind.NUMBER,
    )
    comment: str = comment_column()

    value_is_within_100 = percentage_within_100("value")


class CleanAirZoneQueries(pa.DataFrameModel):
    """What may be right and needs a word."""

    value_is_not_a_fraction = not_a_fraction("value", measured=OF_THE_ROW)


RETURN = Return(
    name="clean_air_zone",
    title="Clean Air Zone",
    purpose="Air quality, vehicles that comply, permits and the consultation of the zone.",
    sent_by="The council",
    model=CleanAirZone,
    queries=CleanAirZoneQueries,
    observation=Observation(
        item="measure", value="value", category_columns=("site", "vehicle_class")
    ),
    figures=(("value",),),
    parts=(Parts(part_of=None, figure="value"),),
)
