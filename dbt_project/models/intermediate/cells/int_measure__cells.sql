with

partners as (

    select * from {{ ref('int_measure__partner_cells') }}

),

combined as (

    select * from {{ ref('int_measure__combined') }}

),

measures as (

    select
        measure,
        threshold
    from {{ ref('dim_measure') }}

),

areas as (

    select
        area,
        is_comparator,
        is_within_home
    from {{ ref('dim_area') }}

),

-- A share that its owner has published already is not hidden for want of a count.
published_already as (

    select
        partners.measure,
        partners.organisation,
        partners.quarter,
        min(declared.source) as published_in
    from partners
    inner join {{ source('reference', 'published_already') }} as declared
        on
            partners.measure = declared.measure
            and partners.organisation = declared.organisation
            and {{ in_use('partners.quarter', 'declared.first_quarter', 'declared.last_quarter') }}
    group by partners.measure, partners.organisation, partners.quarter

),

-- Published statistics of the home area need no rule; of its wards and districts they would.
rule_within_home as (

    select rules.threshold
    from {{ source('reference', 'board') }} as board
    inner join {{ source('reference', 'small_number_rules') }} as rules
        on board.rule_within_home_area = rules.small_number_rule

),

united as (

    select
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
        numerator,
        denominator,
        value,
        lower,
        upper,
        value_as_sent,
        symbol,
        state,
        state_reason,
        is_complete,
        is_complete as is_whole_period,
        members,
        made_of,
        cast(null as int) as partners_reported,
        cast(null as int) as partners_expected,
        cast(null as string) as partners_missing,
        submission_id,
        row_number,
        first_stated_in,
        known_from,
        version,
        sample
    from partners
    union all
    select
        measure,
        organisation,
        area,
        period,
        period_kind,
        period_start,
        period_end,
        quarter,
        cast(null as string) as returned_in,
        breakdown,
        category,
        numerator,
        denominator,
        value,
        cast(null as double) as lower,
        cast(null as double) as upper,
        cast(null as string) as value_as_sent,
        cast(null as string) as symbol,
        state,
        state_reason,
        is_complete,
        is_whole_period,
        members,
        cast(null as string) as made_of,
        partners_reported,
        partners_expected,
        partners_missing,
        cast(null as string) as submission_id,
        cast(null as int) as row_number,
        cast(null as string) as first_stated_in,
        known_from,
        cast(null as int) as version,
        sample
    from combined

),

-- A small-number rule is for what partners count, not for what others have published.
final as (

    select
        concat_ws(
            '|', united.measure, united.organisation, united.area, united.period,
            united.breakdown, united.category
        ) as cell_id,
        united.*,
        published_already.published_in,
        case
            when coalesce(areas.is_comparator, false) then null
            when published_already.published_in is not null then null
            when coalesce(areas.is_within_home, false)
                then coalesce(measures.threshold, cast(rule_within_home.threshold as int))
            else measures.threshold
        end as threshold
    from united
    inner join measures
        on united.measure = measures.measure
    cross join rule_within_home
    left join published_already
        on
            united.measure = published_already.measure
            and united.organisation = published_already.organisation
            and united.quarter = published_already.quarter
            and united.numerator is null
            and united.denominator is null
            and united.value is not null
    left join areas
        on united.area = areas.area

)

select * from final
