with

facts as (

    select * from {{ ref('fct_measure_value') }}
    where is_current

),

measures as (

    select
        measure,
        unit,
        form,
        kind,
        frequency
    from {{ ref('dim_measure') }}

),

quarters as (

    select
        quarter,
        starts_on,
        ends_on
    from {{ ref('dim_quarter') }}

),

horizon as (

    select quarter from {{ ref('int_record__horizon') }}

),

-- Within a quarter: a figure of the whole quarter comes before its months; else the newest first.
ordered as (

    select
        facts.*,
        measures.unit,
        measures.form,
        measures.kind = 'flow' and measures.frequency = 'monthly' as sums_months,
        quarters.starts_on,
        quarters.ends_on,
        facts.period_start = quarters.starts_on and facts.period_end = quarters.ends_on
            as is_whole_quarter,
        row_number() over (
            partition by
                facts.measure, facts.organisation, facts.area, facts.quarter,
                facts.breakdown, facts.category
            order by
                case
                    when
                        facts.period_start = quarters.starts_on
                        and facts.period_end = quarters.ends_on
                        then 0
                    else 1
                end,
                facts.period_end desc,
                facts.period_start desc
        ) as place
    from facts
    inner join measures
        on facts.measure = measures.measure
    inner join quarters
        on facts.quarter = quarters.quarter
    cross join horizon
    where facts.quarter <= horizon.quarter

),

-- A snapshot, a quarterly or a yearly figure: the newest in the quarter, as it is.
newest as (

    select * from ordered
    where place = 1 and (is_whole_quarter or not sums_months)

),

with_months as (

    select
        measure,
        organisation,
        area,
        quarter,
        breakdown,
        category
    from ordered
    where place = 1 and sums_months and not is_whole_quarter

),

-- A monthly flow: the sum of its months. A share of counts is the share of the summed counts.
summed as (

    select
        ordered.measure,
        ordered.organisation,
        ordered.area,
        ordered.quarter,
        ordered.breakdown,
        ordered.category,
        min(ordered.period_start) as period_start,
        max(ordered.period_end) as period_end,
        max(ordered.unit) as unit,
        max(ordered.form) as form,
        case
            when max(ordered.form) = 'count' then sum(coalesce(ordered.numerator, ordered.value))
            when count(ordered.numerator) = count(ordered.value) then sum(ordered.numerator)
        end as numerator,
        case
            when count(ordered.denominator) = count(ordered.value) then sum(ordered.denominator)
        end as denominator,
        count(ordered.value) as months_with_a_figure,
        {{ joined('ordered.symbol') }} as symbols,
        max(case when ordered.place = 1 then ordered.submission_id end) as submission_id,
        max(case when ordered.place = 1 then ordered.row_number end) as row_number,
        max(ordered.known_from) as known_from,
        max(ordered.version) as version,
        max(ordered.sample) as sample,
        {{ joined('ordered.measure_value_id') }} as value_ids
    from ordered
    inner join with_months
        on
            ordered.measure = with_months.measure
            and ordered.organisation = with_months.organisation
            and ordered.area = with_months.area
            and ordered.quarter = with_months.quarter
            and ordered.breakdown = with_months.breakdown
            and ordered.category = with_months.category
    group by
        ordered.measure, ordered.organisation, ordered.area, ordered.quarter,
        ordered.breakdown, ordered.category

),

final as (

    select
        measure,
        organisation,
        area,
        quarter,
        breakdown,
        category,
        period_start,
        period_end,
        case
            when form = 'count' then coalesce(numerator, value) else numerator
        end as numerator,
        denominator,
        value,
        lower,
        upper,
        value_as_sent,
        symbol,
        1 as periods_reported,
        1 as periods_expected,
        submission_id,
        row_number,
        known_from,
        version,
        measure_value_id as version_id,
        sample
    from newest
    union all
    select
        measure,
        organisation,
        area,
        quarter,
        breakdown,
        category,
        period_start,
        period_end,
        numerator,
        denominator,
        case
            when form = 'count' then numerator
            else {{ value_of('numerator', 'denominator', 'unit') }}
        end as value,
        cast(null as double) as lower,
        cast(null as double) as upper,
        cast(null as string) as value_as_sent,
        case
            when months_with_a_figure > 0 then null
            when symbols like '%c%' then 'c'
            when symbols like '%x%' then 'x'
            else symbols
        end as symbol,
        cast(months_with_a_figure as int) as periods_reported,
        3 as periods_expected,
        submission_id,
        row_number,
        known_from,
        version,
        md5(value_ids) as version_id,
        sample
    from summed

)

select * from final
