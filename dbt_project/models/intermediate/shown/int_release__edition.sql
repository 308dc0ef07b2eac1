with

horizon as (

    select * from {{ ref('int_record__horizon') }}

),

submissions as (

    select
        submission_id,
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

-- A later return that restates a period of this edition is in its figures too.
stating as (

    select distinct facts.submission_id
    from {{ ref('fct_measure_value') }} as facts
    inner join asked
        on facts.quarter <= asked.quarter
    where facts.is_current

),

within as (

    select submissions.received_at
    from submissions
    cross join asked
    left join stating
        on submissions.submission_id = stating.submission_id
    where submissions.quarter <= asked.quarter or stating.submission_id is not null

),

counted as (

    select
        max(received_at) as data_cut_off,
        cast(count(received_at) as int) as submissions
    from within

),

final as (

    select
        asked.quarter,
        asked.counts_up_to,
        asked.as_of_day,
        counted.data_cut_off,
        counted.submissions
    from asked
    cross join counted

)

select * from final
