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

-- Queries and notes are counted anew: those about hidden figures are not told.
findings as (

    select
        submission_id,
        count(case when severity = 'query' then 1 end) as queries,
        count(case when severity = 'note' then 1 end) as notes,
        count(case when is_open_query then 1 end) as open_queries
    from {{ ref('int_finding__shown') }}
    group by submission_id

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
        case
            when obligations.state = 'accepted with queries' and coalesce(findings.queries, 0) = 0
                then 'accepted'
            else obligations.state
        end as state,
        obligations.days_late,
        obligations.corrections,
        submissions.rows_found,
        submissions.rows_used,
        submissions.errors,
        cast(coalesce(findings.queries, 0) as int) as queries,
        cast(coalesce(findings.notes, 0) as int) as notes,
        cast(coalesce(findings.open_queries, 0) as int) as open_queries,
        submissions.submission_id,
        submissions.sample
    from obligations
    inner join edition
        on obligations.quarter <= edition.quarter
    left join submissions
        on obligations.submission_id = submissions.submission_id
    left join findings
        on obligations.submission_id = findings.submission_id

)

select * from final
order by organisation, return_name, quarter
