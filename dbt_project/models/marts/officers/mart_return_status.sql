with

obligations as (

    select * from {{ ref('fct_obligation') }}

),

submissions as (

    select * from {{ ref('fct_submission') }}

),

organisations as (

    select
        organisation,
        name
    from {{ ref('dim_organisation') }}

),

calendar as (

    select
        return_name,
        title
    from {{ ref('returns') }}

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

final as (

    select
        obligations.organisation,
        organisations.name as organisation_name,
        obligations.return_name,
        calendar.title as return_title,
        obligations.quarter,
        obligations.quarter_label,
        obligations.due_on,
        obligations.extended_to,
        obligations.first_received_at,
        obligations.accepted_received_at,
        obligations.state,
        obligations.days_late,
        obligations.submissions,
        obligations.corrections,
        submissions.submission_id,
        submissions.sender,
        submissions.file_name,
        submissions.sha256,
        cast(submissions.rows_found as int) as rows_found,
        cast(submissions.rows_used as int) as rows_used,
        submissions.errors,
        submissions.queries,
        submissions.notes,
        submissions.open_queries,
        submissions.sample
    from obligations
    cross join edition
    inner join organisations
        on obligations.organisation = organisations.organisation
    left join calendar
        on obligations.return_name = calendar.return_name
    left join submissions
        on obligations.submission_id = submissions.submission_id
    where obligations.quarter <= edition.quarter

)

select * from final
