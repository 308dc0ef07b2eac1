with

plans as (

    select * from {{ ref('dim_plan') }}

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

reported as (

    select distinct
        plan_id,
        quarter
    from {{ ref('fct_action_progress') }}

),

final as (

    select
        plans.plan_id,
        plans.title,
        plans.kind,
        plans.theme,
        plans.theme_title,
        plans.priority,
        plans.priority_title,
        plans.source,
        plans.sort
    from plans
    inner join reported
        on plans.plan_id = reported.plan_id
    inner join edition
        on reported.quarter = edition.quarter

)

select * from final
order by sort, plan_id
