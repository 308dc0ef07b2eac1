with

horizon as (

    select * from {{ ref('int_record__horizon') }}

),

submissions as (

    select
        quarter,
        received_at
    from {{ ref('fct_submission') }}

),

asked as (

    select
        {% if var('quarter', none) %}
            '{{ var("quarter") }}' as quarter,
        {% else %}
            quarter,
        {% endif %}
        as_of
    from horizon

),

final as (

    select
        asked.quarter,
        asked.as_of,
        max(submissions.received_at) as data_cut_off,
        cast(count(submissions.received_at) as int) as submissions
    from asked
    left join submissions
        on asked.quarter >= submissions.quarter
    group by asked.quarter, asked.as_of

)

select * from final
