with

plans as (

    select * from {{ source('reference', 'plans') }}

),

titles as (

    select
        code,
        label,
        first_quarter,
        last_quarter
    from {{ source('reference', 'code_lists') }}
    where list = 'plan'

),

themes as (

    select
        theme,
        title
    from {{ source('reference', 'themes') }}

),

priorities as (

    select
        priority,
        title
    from {{ source('reference', 'board_priorities') }}

),

final as (

    select
        titles.code as plan_id,
        titles.label as title,
        coalesce(plans.kind, 'actions') as kind,
        plans.theme,
        themes.title as theme_title,
        plans.priority,
        priorities.title as priority_title,
        plans.source,
        coalesce(plans.sort, 9999) as sort,
        titles.first_quarter,
        titles.last_quarter
    from titles
    left join plans
        on titles.code = plans.plan
    left join themes
        on plans.theme = themes.theme
    left join priorities
        on plans.priority = priorities.priority

)

select * from final
