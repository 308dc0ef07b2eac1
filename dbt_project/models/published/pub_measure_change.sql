with

targets as (

    select
        *,
        concat_ws('|', measure, coalesce(organisation, ''), coalesce(area, '')) as scope
    from {{ source('reference', 'targets') }}

),

definitions as (

    select
        *,
        lag(definition) over (
            partition by measure order by coalesce(first_period, '')
        ) as old_definition
    from {{ source('reference', 'definitions') }}

),

measures as (

    select measure from {{ ref('int_measure__at_edition') }}

),

quarters as (

    select
        quarter,
        quarter_label,
        previous_quarter
    from {{ ref('dim_quarter') }}

),

labels as (

    select
        quarter,
        quarter_label
    from quarters

),

-- The quarters in which a target of the same figures begins, or is no more.
turns as (

    select
        measure,
        organisation,
        area,
        scope,
        first_period as quarter
    from targets
    where first_period is not null
    union distinct
    select
        targets.measure,
        targets.organisation,
        targets.area,
        targets.scope,
        quarters.quarter
    from targets
    inner join quarters
        on targets.last_period = quarters.previous_quarter

),

target_changes as (

    select
        turns.measure,
        'target' as subject,
        coalesce(turns.organisation, 'each') as organisation,
        coalesce(turns.area, 'all') as area,
        turns.quarter,
        earlier.target as old_target,
        earlier.amber_limit as old_amber_limit,
        later.target as new_target,
        later.amber_limit as new_amber_limit,
        cast(null as string) as old_definition,
        cast(null as string) as new_definition,
        false as breaks_series,
        later.note
    from turns
    inner join quarters
        on turns.quarter = quarters.quarter
    left join targets as earlier
        on
            turns.scope = earlier.scope
            and {{ holds_in('earlier', 'quarters.previous_quarter') }}
    left join targets as later
        on
            turns.scope = later.scope
            and {{ holds_in('later', 'turns.quarter') }}
    where
        earlier.target is distinct from later.target
        or earlier.amber_limit is distinct from later.amber_limit

),

definition_changes as (

    select
        measure,
        'definition' as subject,
        'ALL' as organisation,
        'all' as area,
        first_period as quarter,
        cast(null as double) as old_target,
        cast(null as double) as old_amber_limit,
        cast(null as double) as new_target,
        cast(null as double) as new_amber_limit,
        old_definition,
        definition as new_definition,
        breaks_series,
        note
    from definitions
    where first_period is not null

),

sent as (

    select distinct
        measure,
        organisation
    from {{ ref('int_measure__judged_value') }}
    where state in ('shown', 'suppressed')

),

-- From when on an organisation's figures count other people or things: recorded, or a merger, which
-- breaks nothing that who took over never sent.
breaks as (

    select
        measure,
        organisation,
        quarter,
        reason
    from {{ source('reference', 'rebases') }}
    union distinct
    select
        found.measure,
        found.organisation,
        days.quarter,
        found.reason
    from {{ ref('int_measure__breaks') }} as found
    inner join {{ ref('dim_quarter') }} as days
        on found.starts_on between days.starts_on and days.ends_on
    inner join sent
        on
            found.measure = sent.measure
            and found.organisation = sent.organisation
    where not found.is_recorded

),

break_changes as (

    select
        measure,
        'rebase' as subject,
        organisation,
        'all' as area,
        quarter,
        cast(null as double) as old_target,
        cast(null as double) as old_amber_limit,
        cast(null as double) as new_target,
        cast(null as double) as new_amber_limit,
        cast(null as string) as old_definition,
        cast(null as string) as new_definition,
        true as breaks_series,
        min(reason) as note
    from breaks
    group by measure, organisation, quarter

),

changes as (

    select * from target_changes
    union all
    select * from definition_changes
    union all
    select * from break_changes

),

telling as (

    {{ telling_parts('change', ['note']) }}

),

final as (

    select
        changes.measure,
        changes.subject,
        changes.organisation,
        changes.area,
        changes.quarter,
        quarters.quarter_label,
        labels.quarter_label as until_label,
        changes.old_target,
        changes.old_amber_limit,
        changes.new_target,
        changes.new_amber_limit,
        changes.old_definition,
        changes.new_definition,
        changes.breaks_series,
        {{ told_words('changes.note', 'telling.tells_note') }} as note
    from changes
    inner join measures
        on changes.measure = measures.measure
    inner join quarters
        on changes.quarter = quarters.quarter
    inner join labels
        on quarters.previous_quarter = labels.quarter
    left join telling
        on concat(changes.measure, '|', changes.note) = telling.text_id

)

select * from final
order by quarter, measure, subject, organisation, area
