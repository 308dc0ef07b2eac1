with

cells as (

    select
        measure,
        period_kind,
        period_end,
        state in ('figure', 'withheld') as has_figure
    from {{ ref('int_measure__cells') }}
    where breakdown = 'total' and category = 'all' and not ({{ nothing_came('state') }})

),

measures as (

    select
        measure,
        frequency
    from {{ ref('dim_measure') }}

),

counted as (

    select
        measure,
        period_kind,
        count(distinct case when has_figure then period_end end) as periods,
        max(case when has_figure then period_end end) as newest
    from cells
    group by measure, period_kind

),

dated as (

    select
        *,
        max(newest) over (partition by measure) as newest_of_all
    from counted

),

-- Quarters, where there are any, for what is measured more often than yearly. Else the kind that
-- the measure is mostly of, unless it ended a year or more before the newest figure. Of what came
-- without a figure the kind that it came for.
ordered as (

    select
        measures.measure,
        dated.period_kind,
        row_number() over (
            partition by measures.measure
            order by
                case
                    when dated.newest is null then 3
                    when measures.frequency <> 'yearly' and dated.period_kind = 'quarter' then 0
                    when {{ days_between('dated.newest', 'dated.newest_of_all') }} < 365 then 1
                    else 2
                end,
                dated.periods desc,
                dated.newest desc,
                dated.period_kind asc
        ) as place
    from measures
    left join dated
        on measures.measure = dated.measure

),

final as (

    select
        measure,
        coalesce(period_kind, 'quarter') as period_kind
    from ordered
    where place = 1

)

select * from final
