with

judged as (

    select
        *,
        concat_ws('|', measure, organisation, area, period_kind) as series_id,
        -- A figure with a month missing is not set beside whole ones.
        case when is_whole_period then value end as series_value
    from {{ ref('int_measure__judged_value') }}
    where is_whole and is_own_area

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

periods as (

    select * from {{ ref('stg_period') }}

),

spans as (

    select
        series_id,
        measure,
        organisation,
        area,
        period_kind,
        max(frequency) as frequency,
        min(polarity) as polarity,
        min(case when series_value is not null then period_end end) as first_end,
        max(period_end) as last_end
    from judged
    group by series_id, measure, organisation, area, period_kind

),

-- From the first figure on, each period of its kind; of overlapping ones those that there are.
expected as (

    select
        spans.*,
        periods.period,
        periods.period_label,
        periods.period_start,
        periods.period_end,
        periods.quarter,
        periods.is_overlapping
    from spans
    inner join periods
        on
            spans.period_kind = periods.period_kind
            and spans.first_end <= periods.period_end
            and spans.last_end >= periods.period_end
    inner join edition
        on periods.quarter <= edition.quarter

),

placed as (

    select
        expected.*,
        judged.target,
        judged.series_value,
        judged.numerator,
        judged.denominator,
        judged.lower,
        judged.upper,
        judged.members,
        judged.form,
        judged.partners_reported,
        coalesce(judged.illustrative, false) as illustrative
    from expected
    left join judged
        on
            expected.series_id = judged.series_id
            and expected.period = judged.period
    where
        judged.series_value is not null
        or (
            expected.period_kind in ('month', 'quarter')
            and expected.frequency is distinct from 'yearly'
        )

),

-- How often a set of partners is counted, and from when to when.
sets as (

    select
        series_id,
        members,
        max(partners_reported) as partners,
        min(period_end) as first_end,
        max(period_end) as last_end
    from placed
    where organisation = 'ALL' and series_value is not null
    group by series_id, members

),

-- A period with fewer partners between two with the same more of them is a gap of that set's
-- series.
gaps as (

    select distinct
        placed.series_id,
        placed.period
    from placed
    inner join sets
        on
            placed.series_id = sets.series_id
            and placed.period_end > sets.first_end
            and placed.period_end < sets.last_end
            and placed.partners_reported < sets.partners
    where placed.organisation = 'ALL'

),

kept as (

    select
        placed.*,
        case when gaps.period is null then placed.series_value end as value
    from placed
    left join gaps
        on
            placed.series_id = gaps.series_id
            and placed.period = gaps.period

),

with_set_before as (

    select
        *,
        max(case when value is not null then concat(cast(period_end as string), members) end)
            over (
                partition by series_id order by period_end, period_start
                rows between unbounded preceding and 1 preceding
            ) as set_before
    from kept

),

final as (

    select
        series_id,
        measure,
        organisation,
        area,
        period,
        period_kind,
        period_label,
        period_start,
        period_end,
        quarter,
        is_overlapping,
        form,
        value,
        case when value is not null then numerator end as numerator,
        case when value is not null then denominator end as denominator,
        lower,
        upper,
        polarity as improvement,
        target,
        -- Where the figures before are of other people, the limits start anew.
        coalesce(
            value is not null and substring(set_before, 11) <> members,
            false
        ) as rebase,
        illustrative
    from with_set_before

)

select * from final
