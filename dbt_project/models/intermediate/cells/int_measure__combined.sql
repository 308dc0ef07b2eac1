with

partners as (

    select * from {{ ref('int_measure__partner_cells') }}

),

measures as (

    select
        measure,
        unit,
        aggregation
    from {{ ref('dim_measure') }}

),

organisations as (

    select
        organisation,
        name
    from {{ ref('dim_organisation') }}

),

-- What only one partner ever gives is its figure: there is nothing to combine.
several as (

    select measure
    from partners
    group by measure
    having count(distinct organisation) > 1

),

-- A share needs both counts of a partner; a count needs the count of the whole quarter.
counted as (

    select
        partners.*,
        measures.unit,
        measures.aggregation,
        organisations.name,
        case
            when measures.aggregation = 'ratio'
                then
                    partners.numerator is not null
                    and partners.denominator is not null
                    and partners.denominator > 0
            else partners.value is not null
        end as is_counted,
        -- Who has nothing to report, or need not, is not missing.
        partners.state not in ('nil return', 'excused') as is_waited_for
    from partners
    inner join measures
        on partners.measure = measures.measure
    inner join several
        on partners.measure = several.measure
    left join organisations
        on partners.organisation = organisations.organisation
    where measures.aggregation in ('ratio', 'sum')

),

added as (

    select
        measure,
        area,
        period,
        breakdown,
        category,
        max(period_kind) as period_kind,
        min(period_start) as period_start,
        max(period_end) as period_end,
        max(quarter) as quarter,
        max(aggregation) as aggregation,
        max(unit) as unit,
        sum(case when is_counted then coalesce(numerator, value) end) as numerator,
        sum(case when is_counted then denominator end) as denominator,
        cast(count(case when is_counted then 1 end) as int) as partners_reported,
        cast(count(case when is_counted or is_waited_for then 1 end) as int) as partners_expected,
        {{ joined('case when not is_counted and is_waited_for then name end') }}
            as partners_missing,
        {{ joined('case when is_counted then members end') }} as members,
        count(case when is_counted and not is_complete then 1 end) as partners_with_months_missing,
        count(case when not ({{ nothing_came('state') }}) then 1 end) as partners_heard_from,
        case when min(state) = max(state) then max(state) end as only_state,
        max(known_from) as known_from,
        max(case when is_counted then sample end) as largest_sample,
        max(case when is_counted and sample = 'illustrative' then sample end) as illustrative_sample
    from counted
    group by measure, area, period, breakdown, category

),

final as (

    select
        measure,
        'ALL' as organisation,
        area,
        period,
        period_kind,
        period_start,
        period_end,
        quarter,
        breakdown,
        category,
        numerator,
        denominator,
        {{ combined_value('aggregation', 'numerator', 'denominator', 'unit') }} as value,
        case
            when partners_reported > 0 then 'figure'
            when partners_heard_from > 0 then 'not available'
            else coalesce(only_state, 'not received')
        end as state,
        case
            when partners_reported = 0 and partners_heard_from > 0
                then 'no partner gave what the combined figure needs'
            when partners_reported < partners_expected
                then concat(
                    cast(partners_reported as string), ' of ',
                    cast(partners_expected as string), ' partners'
                )
            when partners_with_months_missing > 0 then 'a month is missing'
        end as state_reason,
        partners_reported,
        partners_expected,
        partners_missing,
        members,
        partners_with_months_missing = 0 as is_whole_period,
        partners_reported = partners_expected and partners_with_months_missing = 0 as is_complete,
        known_from,
        coalesce(illustrative_sample, largest_sample) as sample
    from added

)

select * from final
