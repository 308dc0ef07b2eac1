with

obligations as (

    select * from {{ ref('fct_obligation') }}

),

submissions as (

    select * from {{ ref('fct_submission') }}

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

final as (

    select
        obligations.organisation,
        obligations.return_name,
        obligations.quarter,
        obligations.quarter_label,
        obligations.due_on,
        obligations.first_received_at,
        obligations.accepted_received_at,
        obligations.state,
        obligations.days_late,
        obligations.corrections,
        submissions.rows_found,
        submissions.rows_used,
        submissions.errors,
        submissions.queries,
        submissions.notes,
        obligations.open_queries,
        submissions.submission_id,
        submissions.sample
    from obligations
    inner join edition
        on obligations.quarter <= edition.quarter
    left join submissions
        on obligations.submission_id = submissions.submission_id

)

select * from final
order by organisation, return_name, quarter
