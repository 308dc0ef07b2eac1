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
        counts_up_to,
        as_of_day
    from horizon

),

final as (

    select
        asked.quarter,
        asked.counts_up_to,
        asked.as_of_day,
        max(submissions.received_at) as data_cut_off,
        cast(count(submissions.received_at) as int) as submissions
    from asked
    left join submissions
        on asked.quarter >= submissions.quarter
    group by asked.quarter, asked.counts_up_to, asked.as_of_day

)

select * from final
