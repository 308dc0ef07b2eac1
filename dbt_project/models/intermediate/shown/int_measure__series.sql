with

judged as (

    select * from {{ ref('int_measure__judged_value') }}
    where is_whole and is_own_area

),

rebases as (

    select
        measure,
        organisation,
        quarter
    from {{ ref('rebases') }}

),

-- A count with a partner or a month missing is not set beside complete ones.
kept as (

    select
        *,
        concat_ws('|', measure, organisation, area) as series_id,
        case when form <> 'count' or is_complete then value end as series_value
    from judged

),

started as (

    select
        *,
        min(case when series_value is not null then quarter end) over (partition by series_id)
            as first_quarter,
        row_number() over (
            partition by series_id, period_end order by quarter desc, period_start desc
        ) as place
    from kept

),

-- From the first figure on, each quarter that should have one; of yearly figures those that came,
-- each period once.
periods as (

    select * from started
    where
        place = 1
        and quarter >= first_quarter
        and (frequency <> 'yearly' or series_value is not null)

),

final as (

    select
        periods.series_id,
        periods.measure,
        periods.organisation,
        periods.area,
        periods.quarter,
        periods.period_start,
        periods.period_end,
        periods.series_value as value,
        periods.numerator,
        periods.denominator,
        periods.lower,
        periods.upper,
        periods.polarity as improvement,
        periods.target,
        rebases.quarter is not null as rebase,
        periods.illustrative
    from periods
    left join rebases
        on
            periods.measure = rebases.measure
            and periods.organisation = rebases.organisation
            and periods.quarter = rebases.quarter

)

select * from final
