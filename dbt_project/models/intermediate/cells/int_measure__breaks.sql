with

rebases as (

    select
        measure,
        organisation,
        quarter,
        reason
    from {{ source('reference', 'rebases') }}

),

quarters as (

    select
        quarter,
        starts_on
    from {{ ref('dim_quarter') }}

),

ended as (

    select
        organisation,
        name,
        ended_on,
        merged_into
    from {{ ref('dim_organisation') }}
    where ended_on is not null and merged_into <> organisation

),

measured as (

    select distinct
        measure,
        organisation
    from {{ ref('fct_measure_value') }}
    where is_current

),

-- Who took over from an organisation that sent a measure counts other people from then on.
breaks as (

    select
        rebases.measure,
        rebases.organisation,
        quarters.starts_on,
        rebases.reason,
        true as is_recorded
    from rebases
    inner join quarters
        on rebases.quarter = quarters.quarter
    union all
    select
        measured.measure,
        ended.merged_into as organisation,
        {{ days_after('ended.ended_on', '1') }} as starts_on,
        concat('It took over from ', ended.name, '.') as reason,
        false as is_recorded
    from ended
    inner join measured
        on ended.organisation = measured.organisation

),

single as (

    select
        measure,
        organisation,
        starts_on,
        max(is_recorded) as is_recorded,
        coalesce(min(case when is_recorded then reason end), min(reason)) as reason
    from breaks
    group by measure, organisation, starts_on

),

final as (

    select
        measure,
        organisation,
        starts_on,
        lead(starts_on) over (
            partition by measure, organisation order by starts_on
        ) as next_starts_on,
        cast(row_number() over (
            partition by measure, organisation order by starts_on
        ) as int) as break_number,
        is_recorded,
        reason
    from single

)

select * from final
