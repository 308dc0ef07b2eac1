with

submissions as (

    select * from {{ ref('stg_submission') }}

),

obligation_events as (

    select happened_at from {{ ref('stg_obligation_event') }}

),

spells as (

    select quarter from {{ ref('int_submission__current_spells') }}
    where is_current

),

moments as (

    select received_at as happened_at from submissions
    union all
    select withdrawn_at as happened_at from submissions
    union all
    select happened_at from obligation_events

),

newest_moment as (

    select max(happened_at) as happened_at from moments

),

newest_quarter as (

    select max(quarter) as quarter from spells

),

final as (

    select
        newest_quarter.quarter,
        {% if var('as_of', none) %}
            cast('{{ var("as_of") }}' as timestamp) as as_of
        {% else %}
            newest_moment.happened_at as as_of
        {% endif %}
    from newest_quarter
    cross join newest_moment

)

select * from final
