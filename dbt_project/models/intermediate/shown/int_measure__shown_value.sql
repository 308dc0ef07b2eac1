with

cells as (

    select * from {{ ref('int_measure__cells') }}

),

-- What begins after the quarter that is reported is in a later edition.
begun as (

    select measure from {{ ref('int_measure__at_edition') }}

),

decided as (

    select * from {{ source('disclosure', 'cell_state') }}

),

measures as (

    select
        measure,
        unit,
        form,
        rounding
    from {{ ref('dim_measure') }}

),

-- A sensitive cell that nobody decided on is not shown.
stated as (

    select
        cells.*,
        measures.unit,
        measures.form,
        cells.threshold is not null and measures.rounding > 1 as is_rounded,
        {{ rounded_count('cells.numerator', 'measures.rounding') }} as rounded_numerator,
        {{ rounded_count('cells.denominator', 'measures.rounding') }} as rounded_denominator,
        {{ rounded_count('cells.value', 'measures.rounding') }} as rounded_value,
        case
            when cells.state <> 'figure' then cells.state
            when cells.threshold is null or decided.state = 'shown' then 'shown'
            else 'suppressed'
        end as shown_state,
        case
            when cells.state <> 'figure' then cells.state_reason
            when cells.threshold is null or decided.state = 'shown' then cells.state_reason
            else coalesce(decided.reason, 'not decided')
        end as shown_reason
    from cells
    inner join measures
        on cells.measure = measures.measure
    inner join begun
        on cells.measure = begun.measure
    left join decided
        on cells.cell_id = decided.cell_id

),

final as (

    select
        cell_id,
        measure,
        organisation,
        area,
        period,
        period_kind,
        period_start,
        period_end,
        quarter,
        returned_in,
        breakdown,
        category,
        shown_state as state,
        shown_reason as state_reason,
        case
            when shown_state <> 'shown' then null
            when is_rounded then rounded_numerator
            else numerator
        end as numerator,
        case
            when shown_state <> 'shown' then null
            when is_rounded then rounded_denominator
            else denominator
        end as denominator,
        case
            when shown_state <> 'shown' then null
            when is_rounded and form = 'count' then rounded_value
            when is_rounded
                then {{ value_of('rounded_numerator', 'rounded_denominator', 'unit') }}
            else value
        end as value,
        -- A rounded figure's text as sent, or its interval as sent, would undo the rounding.
        case when shown_state = 'shown' and not is_rounded then value_as_sent end as value_as_sent,
        case when shown_state = 'shown' and not is_rounded then lower end as lower_as_sent,
        case when shown_state = 'shown' and not is_rounded then upper end as upper_as_sent,
        is_complete,
        is_whole_period,
        members,
        made_of,
        partners_reported,
        partners_expected,
        partners_missing,
        submission_id,
        row_number,
        first_stated_in,
        known_from,
        version,
        published_in,
        sample
    from stated

)

select * from final
