with

judged as (

    select * from {{ ref('int_measure__judged_value') }}

),

categories as (

    select * from {{ source('reference', 'measure_categories') }}

),

final as (

    select
        judged.measure,
        judged.organisation,
        judged.area,
        judged.period,
        judged.period_kind,
        judged.period_label,
        judged.period_start,
        judged.period_end,
        judged.quarter,
        judged.returned_in,
        judged.breakdown,
        judged.category,
        categories.part_of,
        coalesce(categories.sort, 0) as sort,
        judged.state,
        judged.state_reason,
        judged.numerator,
        judged.numerator_worked_out,
        judged.denominator,
        judged.value,
        judged.value_as_sent,
        judged.lower,
        judged.upper,
        judged.rating,
        judged.rating_reason,
        judged.direction,
        judged.previous_period,
        judged.previous_value,
        judged.is_whole_period,
        judged.is_like_for_like,
        judged.like_for_like_value,
        judged.like_for_like_previous,
        judged.members,
        judged.made_of,
        judged.partners_reported,
        judged.partners_expected,
        judged.partners_missing,
        judged.illustrative,
        judged.published_in,
        judged.open_queries,
        judged.submission_id,
        judged.row_number,
        judged.first_stated_in,
        judged.known_from,
        judged.version
    from judged
    left join categories
        on
            judged.measure = categories.measure
            and judged.breakdown = categories.breakdown
            and judged.category = categories.category

)

select * from final
order by measure, organisation, area, period_end, period_start, period, breakdown, category
