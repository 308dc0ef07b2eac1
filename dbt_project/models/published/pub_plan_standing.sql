with

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

quarters as (

    select
        quarter,
        quarter_label
    from {{ ref('dim_quarter') }}

),

actions as (

    select * from {{ ref('fct_action_progress') }}

),

final as (

    select
        actions.plan_id,
        actions.quarter,
        quarters.quarter_label,
        actions.standing,
        cast(count(*) as integer) as actions,
        coalesce(max(case when actions.sample = 'illustrative' then 1 end) = 1, false)
            as illustrative
    from actions
    inner join edition
        on actions.quarter <= edition.quarter
    inner join quarters
        on actions.quarter = quarters.quarter
    group by actions.plan_id, actions.quarter, quarters.quarter_label, actions.standing

)

select * from final
order by plan_id, quarter, standing
