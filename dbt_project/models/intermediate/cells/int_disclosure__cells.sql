with

cells as (

    select * from {{ ref('int_measure__cells') }}

),

measures as (

    select
        measure,
        form,
        rounding,
        show_zero
    from {{ ref('dim_measure') }}

),

final as (

    select
        cells.cell_id,
        cells.measure,
        cells.organisation,
        cells.area,
        cells.period,
        cells.period_kind,
        cells.period_start,
        cells.period_end,
        cells.quarter,
        cells.made_of,
        cells.breakdown,
        cells.category,
        measures.form,
        cells.numerator,
        cells.denominator,
        cells.value,
        cells.symbol,
        cells.state,
        cells.threshold,
        measures.rounding,
        measures.show_zero
    from cells
    inner join measures
        on cells.measure = measures.measure
    -- A figure without a small-number rule is shown, and is part of no equation.
    where cells.threshold is not null

)

select * from final
