with

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

actions as (

    select * from {{ ref('fct_action_progress') }}

),

telling as (

    {{ telling_parts('action', ['action', 'progress', 'reason', 'recovery_words']) }}

),

final as (

    select
        actions.organisation,
        actions.plan_id,
        actions.ref,
        actions.quarter,
        actions.judged_on,
        actions.reported_quarter,
        {{ told_words('actions.action', 'telling.tells_action') }} as action,
        actions.lead_body,
        actions.start_words,
        actions.starts_on,
        actions.due_words,
        actions.due_start,
        actions.due_end,
        actions.due_certainty,
        actions.due_note,
        actions.first_due_end,
        actions.times_moved,
        actions.moves,
        actions.rating,
        actions.previous_rating,
        {{ told_words('actions.progress', 'telling.tells_progress') }} as progress,
        {{ told_words('actions.reason', 'telling.tells_reason') }} as reason,
        {{ told_words('actions.recovery_words', 'telling.tells_recovery_words') }}
            as recovery_words,
        actions.recovery_on,
        actions.standing,
        actions.days_overdue,
        actions.disagreement,
        actions.quarters_without_update,
        actions.is_stale,
        actions.is_without_lead,
        actions.submission_id,
        actions.row_number,
        coalesce(actions.sample = 'illustrative', false) as illustrative,
        actions.rests_on_illustrative
    from actions
    inner join edition
        on actions.quarter = edition.quarter
    left join telling
        on actions.action_progress_id = telling.text_id

)

select * from final
order by plan_id, ref, organisation
