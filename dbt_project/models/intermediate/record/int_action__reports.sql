with

actions as (

    select * from {{ ref('stg_action_progress') }}

),

spells as (

    select submission_id from {{ ref('int_submission__current_spells') }}
    where is_current and return_name = 'action_progress'

),

submissions as (

    select
        submission_id,
        sample
    from {{ ref('stg_submission') }}

),

quarters as (

    select
        quarter,
        quarter_index
    from {{ ref('dim_quarter') }}

),

reported as (

    select
        actions.submission_id,
        actions.row_number,
        actions.organisation,
        actions.quarter,
        actions.plan_id,
        actions.ref,
        actions.action,
        actions.lead_body,
        actions.start_words,
        actions.starts_on,
        actions.due_words,
        actions.due_start,
        actions.due_end,
        actions.due_certainty,
        actions.due_moved_from,
        actions.due_note,
        actions.rating,
        actions.progress,
        actions.reason,
        actions.recovery_words,
        actions.recovery_on,
        quarters.quarter_index,
        submissions.sample
    from actions
    inner join spells
        on actions.submission_id = spells.submission_id
    inner join submissions
        on actions.submission_id = submissions.submission_id
    inner join quarters
        on actions.quarter = quarters.quarter

),

-- What the report before said of the same action; a date that was taken away is looked past.
beside_the_last as (

    select
        *,
        lag(progress) over (
            partition by organisation, plan_id, ref order by quarter_index
        ) as progress_before,
        lag(rating) over (
            partition by organisation, plan_id, ref order by quarter_index
        ) as previous_rating,
        max(case when due_end is not null then quarter_index end) over (
            partition by organisation, plan_id, ref order by quarter_index
            rows between unbounded preceding and 1 preceding
        ) as dated_before_index,
        first_value(coalesce(due_moved_from, due_end)) over (
            partition by organisation, plan_id, ref order by quarter_index
        ) as first_due_end,
        min(quarter_index) over (
            partition by organisation, plan_id, ref
        ) as first_quarter_index
    from reported

),

-- The same words as last time are no update.
final as (

    select
        beside_the_last.submission_id,
        beside_the_last.row_number,
        beside_the_last.organisation,
        beside_the_last.quarter,
        beside_the_last.plan_id,
        beside_the_last.ref,
        beside_the_last.action,
        beside_the_last.lead_body,
        beside_the_last.start_words,
        beside_the_last.starts_on,
        beside_the_last.due_words,
        beside_the_last.due_start,
        beside_the_last.due_end,
        beside_the_last.due_certainty,
        beside_the_last.due_moved_from,
        beside_the_last.due_note,
        beside_the_last.rating,
        beside_the_last.progress,
        beside_the_last.reason,
        beside_the_last.recovery_words,
        beside_the_last.recovery_on,
        beside_the_last.quarter_index,
        beside_the_last.sample,
        beside_the_last.previous_rating,
        dated_before.due_end as previous_due_end,
        beside_the_last.first_due_end,
        beside_the_last.first_quarter_index,
        coalesce(
            beside_the_last.progress <> coalesce(beside_the_last.progress_before, ''), false
        ) as is_updated
    from beside_the_last
    left join reported as dated_before
        on
            beside_the_last.organisation = dated_before.organisation
            and beside_the_last.plan_id = dated_before.plan_id
            and beside_the_last.ref = dated_before.ref
            and beside_the_last.dated_before_index = dated_before.quarter_index

)

select * from final
