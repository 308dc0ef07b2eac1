with

reports as (

    select * from {{ ref('int_action__reports') }}

),

moves as (

    select
        *,
        concat(cast(moved_from as string), ' to ', cast(moved_to as string)) as said
    from {{ ref('int_action__moves') }}

),

plans as (

    select
        plan_id,
        last_quarter
    from {{ ref('dim_plan') }}

),

horizon as (

    select quarter from {{ ref('int_record__horizon') }}

),

quarters as (

    select
        quarter,
        quarter_index,
        ends_on
    from {{ ref('dim_quarter') }}

),

meetings as (

    select
        quarter,
        meeting_on
    from {{ ref('int_quarter__meeting') }}

),

actions as (

    select distinct
        organisation,
        plan_id,
        ref,
        first_quarter_index
    from reports

),

-- An action stands from the quarter in which it was first reported until its plan ends.
standing_in as (

    select
        actions.organisation,
        actions.plan_id,
        actions.ref,
        actions.first_quarter_index,
        quarters.quarter,
        quarters.quarter_index,
        coalesce(meetings.meeting_on, quarters.ends_on) as judged_on
    from actions
    inner join plans
        on actions.plan_id = plans.plan_id
    cross join horizon
    inner join quarters
        on
            actions.first_quarter_index <= quarters.quarter_index
            and horizon.quarter >= quarters.quarter
            and (plans.last_quarter is null or plans.last_quarter >= quarters.quarter)
    left join meetings
        on quarters.quarter = meetings.quarter

),

-- In a quarter in which it was not reported, what was said last still stands.
as_last_reported as (

    select
        standing_in.*,
        max(reports.quarter_index) over (
            partition by standing_in.organisation, standing_in.plan_id, standing_in.ref
            order by standing_in.quarter_index
        ) as reported_index,
        max(case when reports.sample = 'illustrative' then 1 end) over (
            partition by standing_in.organisation, standing_in.plan_id, standing_in.ref
            order by standing_in.quarter_index
        ) as illustrative_so_far,
        max(case when reports.is_updated then reports.quarter_index end) over (
            partition by standing_in.organisation, standing_in.plan_id, standing_in.ref
            order by standing_in.quarter_index
        ) as updated_index
    from standing_in
    left join reports
        on
            standing_in.organisation = reports.organisation
            and standing_in.plan_id = reports.plan_id
            and standing_in.ref = reports.ref
            and standing_in.quarter_index = reports.quarter_index

),

counted_moves as (

    select
        as_last_reported.organisation,
        as_last_reported.plan_id,
        as_last_reported.ref,
        as_last_reported.quarter_index,
        cast(count(*) as integer) as times_moved,
        {{ joined('moves.said') }} as moves
    from as_last_reported
    inner join moves
        on
            as_last_reported.organisation = moves.organisation
            and as_last_reported.plan_id = moves.plan_id
            and as_last_reported.ref = moves.ref
            and as_last_reported.quarter_index >= moves.quarter_index
    group by
        as_last_reported.organisation,
        as_last_reported.plan_id,
        as_last_reported.ref,
        as_last_reported.quarter_index

),

told as (

    select
        as_last_reported.organisation,
        as_last_reported.plan_id,
        as_last_reported.ref,
        as_last_reported.quarter,
        as_last_reported.judged_on,
        reports.quarter as reported_quarter,
        reports.action,
        reports.lead_body,
        reports.start_words,
        reports.starts_on,
        reports.due_words,
        reports.due_start,
        reports.due_end,
        reports.due_certainty,
        reports.due_note,
        reports.first_due_end,
        reports.previous_due_end,
        coalesce(counted_moves.times_moved, 0) as times_moved,
        counted_moves.moves,
        reports.rating,
        reports.previous_rating,
        reports.progress,
        reports.reason,
        reports.recovery_words,
        reports.recovery_on,
        cast(
            as_last_reported.quarter_index
            - coalesce(as_last_reported.updated_index, as_last_reported.first_quarter_index - 1)
            as integer
        ) as quarters_without_update,
        coalesce(reports.rating = 'Blue', false) as is_complete,
        reports.lead_body is null or lower(reports.lead_body) = 'tbc' as is_without_lead,
        reports.submission_id,
        reports.row_number,
        reports.sample,
        coalesce(as_last_reported.illustrative_so_far = 1, false) as rests_on_illustrative
    from as_last_reported
    inner join reports
        on
            as_last_reported.organisation = reports.organisation
            and as_last_reported.plan_id = reports.plan_id
            and as_last_reported.ref = reports.ref
            and as_last_reported.reported_index = reports.quarter_index
    left join counted_moves
        on
            as_last_reported.organisation = counted_moves.organisation
            and as_last_reported.plan_id = counted_moves.plan_id
            and as_last_reported.ref = counted_moves.ref
            and as_last_reported.quarter_index = counted_moves.quarter_index

),

-- What the dates say stands beside what the owner says, and neither changes the other.
judged as (

    select
        *,
        case
            when is_complete then 'complete'
            when due_end < judged_on then 'late'
            when due_end is null then 'without date'
            when rating in ('Red', 'Amber') then 'at risk'
            when rating = 'Green' then 'on track'
            else 'not yet due'
        end as standing,
        case
            when not is_complete and due_end < judged_on
                then {{ days_between('due_end', 'judged_on') }}
        end as days_overdue,
        case
            when rating = 'Green' and due_end < judged_on then 'rated Green, past its date'
            when rating = 'Red' and recovery_on < judged_on then 'its recovery date has passed'
        end as disagreement,
        not is_complete and quarters_without_update >= 2 as is_stale
    from told

),

final as (

    select
        concat_ws('|', organisation, plan_id, ref, quarter) as action_progress_id,
        organisation,
        plan_id,
        ref,
        quarter,
        judged_on,
        reported_quarter,
        action,
        lead_body,
        start_words,
        starts_on,
        due_words,
        due_start,
        due_end,
        due_certainty,
        due_note,
        first_due_end,
        previous_due_end,
        times_moved,
        moves,
        rating,
        previous_rating,
        progress,
        reason,
        recovery_words,
        recovery_on,
        standing,
        days_overdue,
        disagreement,
        quarters_without_update,
        is_complete,
        is_stale,
        is_without_lead,
        submission_id,
        row_number,
        sample,
        rests_on_illustrative
    from judged

)

select * from final
