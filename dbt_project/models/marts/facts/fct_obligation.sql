with

obligations as (

    select * from {{ ref('obligations') }}

),

calendar as (

    select * from {{ ref('returns') }}

),

organisations as (

    select * from {{ ref('dim_organisation') }}

),

quarters as (

    select * from {{ ref('dim_quarter') }}

),

horizon as (

    select * from {{ ref('int_record__horizon') }}

),

submissions as (

    select * from {{ ref('fct_submission') }}

),

events as (

    select * from {{ ref('stg_obligation_event') }}

),

first_quarter as (

    select min(quarter) as quarter from submissions

),

-- What is owed, whether anything came or not: from the first quarter with a submission to the
-- quarter that is reported. A duty on an organisation ends with the organisation.
owed as (

    select distinct
        obligations.organisation,
        obligations.return_name,
        quarters.quarter,
        quarters.quarter_label,
        quarters.ends_on
    from obligations
    inner join organisations
        on obligations.organisation = organisations.organisation
    cross join quarters
    cross join horizon
    cross join first_quarter
    where
        quarters.quarter between first_quarter.quarter and horizon.quarter
        and {{ in_use(
            'quarters.quarter', 'obligations.first_quarter', 'obligations.last_quarter'
        ) }}
        and {{ in_quarters('quarters.quarter', 'obligations.quarters') }}
        and (organisations.started_on is null or organisations.started_on <= quarters.ends_on)
        and (organisations.ended_on is null or organisations.ended_on >= quarters.starts_on)

),

decided as (

    select
        organisation,
        return_name,
        quarter,
        max(extended_to) as extended_to,
        max(case when kind = 'excused' then happened_at end) as excused_at,
        max(case when kind = 'reopened' then happened_at end) as reopened_at
    from events
    group by organisation, return_name, quarter

),

came as (

    select
        organisation,
        return_name,
        quarter,
        min(received_at) as first_received_at,
        min(received_on) as first_received_on,
        min(case when is_accepted and withdrawn_at is null then received_at end)
            as accepted_received_at,
        min(case when is_accepted and withdrawn_at is null then received_on end)
            as accepted_received_on,
        count(*) as submissions,
        -- What was accepted after the first that was is a correction.
        greatest(count(case when is_accepted then 1 end) - 1, 0) as corrections,
        max(case when standing = 'current' then submission_id end) as current_submission_id,
        max(submission_id) as newest_submission_id
    from submissions
    group by organisation, return_name, quarter

),

-- The submission that speaks for the obligation: the one that stands, else the newest try.
matched as (

    select
        owed.organisation,
        owed.return_name,
        owed.quarter,
        owed.quarter_label,
        coalesce(
            decided.extended_to,
            {{ days_after('owed.ends_on', 'calendar.due_after_days') }}
        ) as due_on,
        decided.extended_to,
        decided.excused_at is not null
        and (decided.reopened_at is null or decided.excused_at > decided.reopened_at) as is_excused,
        came.first_received_at,
        came.first_received_on,
        came.accepted_received_at,
        came.accepted_received_on,
        coalesce(came.submissions, 0) as submissions,
        coalesce(came.corrections, 0) as corrections,
        coalesce(came.current_submission_id, came.newest_submission_id) as submission_id,
        came.current_submission_id is not null as has_current
    from owed
    left join calendar
        on owed.return_name = calendar.return_name
    left join decided
        on
            owed.organisation = decided.organisation
            and owed.return_name = decided.return_name
            and owed.quarter = decided.quarter
    left join came
        on
            owed.organisation = came.organisation
            and owed.return_name = came.return_name
            and owed.quarter = came.quarter

),

final as (

    select
        matched.organisation,
        matched.return_name,
        matched.quarter,
        matched.quarter_label,
        matched.due_on,
        matched.extended_to,
        matched.is_excused,
        matched.first_received_at,
        matched.accepted_received_at,
        {{ obligation_state(
            has_current='matched.has_current',
            outcome='submissions.outcome',
            standing='submissions.standing',
            rows_used='submissions.rows_used',
            is_excused='matched.is_excused',
            due_on='matched.due_on',
            today=uk_date('horizon.as_of')
        ) }} as state,
        {{ days_late(
            accepted_on='matched.accepted_received_on',
            is_excused='matched.is_excused',
            due_on='matched.due_on',
            today=uk_date('horizon.as_of')
        ) }} as days_late,
        cast(matched.submissions as int) as submissions,
        cast(matched.corrections as int) as corrections,
        matched.submission_id,
        matched.has_current
    from matched
    cross join horizon
    left join submissions
        on matched.submission_id = submissions.submission_id

)

select * from final
