with

risks as (

    select * from {{ ref('stg_risks') }}

),

spells as (

    select
        submission_id,
        organisation,
        quarter
    from {{ ref('int_submission__current_spells') }}
    where is_current and return_name = 'risks'

),

submissions as (

    select
        submission_id,
        sample
    from {{ ref('stg_submission') }}

),

-- The return before that of the same organisation: a quarter may have been missed.
returns_in_turn as (

    select
        spells.submission_id,
        spells.organisation,
        spells.quarter,
        submissions.sample,
        lag(spells.submission_id) over (
            partition by spells.organisation order by spells.quarter
        ) as previous_submission_id,
        coalesce(submissions.sample = 'illustrative', false)
        or coalesce(
            lag(submissions.sample) over (partition by spells.organisation order by spells.quarter)
            = 'illustrative', false
        ) as rests_on_illustrative
    from spells
    inner join submissions
        on spells.submission_id = submissions.submission_id

),

now as (

    select
        returns_in_turn.organisation,
        risks.report,
        risks.ref,
        returns_in_turn.quarter,
        risks.risk,
        risks.owner_body,
        risks.likelihood,
        risks.impact,
        risks.mitigation,
        returns_in_turn.previous_submission_id,
        returns_in_turn.submission_id,
        risks.row_number,
        returns_in_turn.sample,
        returns_in_turn.rests_on_illustrative
    from returns_in_turn
    inner join risks
        on returns_in_turn.submission_id = risks.submission_id

),

beside_the_last as (

    select
        now.*,
        earlier.ref is not null as was_there,
        earlier.likelihood as previous_likelihood,
        earlier.impact as previous_impact,
        {{ risk_score('now.likelihood', 'now.impact') }} as score,
        {{ risk_score('earlier.likelihood', 'earlier.impact') }} as previous_score,
        true as is_reported
    from now
    left join risks as earlier
        on
            now.previous_submission_id = earlier.submission_id
            and now.report = earlier.report
            and now.ref = earlier.ref

),

-- A risk that the return before named and this one does not: it is shown once more, as gone.
gone as (

    select
        returns_in_turn.organisation,
        earlier.report,
        earlier.ref,
        returns_in_turn.quarter,
        earlier.risk,
        earlier.owner_body,
        cast(null as string) as likelihood,
        cast(null as string) as impact,
        earlier.mitigation,
        returns_in_turn.previous_submission_id,
        earlier.submission_id,
        earlier.row_number,
        returns_in_turn.sample,
        returns_in_turn.rests_on_illustrative,
        true as was_there,
        earlier.likelihood as previous_likelihood,
        earlier.impact as previous_impact,
        cast(null as integer) as score,
        {{ risk_score('earlier.likelihood', 'earlier.impact') }} as previous_score,
        false as is_reported
    from returns_in_turn
    inner join risks as earlier
        on returns_in_turn.previous_submission_id = earlier.submission_id
    left join now
        on
            returns_in_turn.submission_id = now.submission_id
            and earlier.report = now.report
            and earlier.ref = now.ref
    where now.ref is null

),

every_risk as (

    select * from beside_the_last
    union all
    select * from gone

),

final as (

    select
        concat_ws('|', organisation, report, ref, quarter) as risk_id,
        organisation,
        report,
        ref,
        quarter,
        risk,
        owner_body,
        likelihood,
        impact,
        score,
        mitigation,
        previous_likelihood,
        previous_impact,
        case
            when not is_reported then 'no longer reported'
            when not was_there then 'new'
            when score is null or previous_score is null then 'not compared'
            when score > previous_score then 'higher'
            when score < previous_score then 'lower'
            else 'no change'
        end as movement,
        submission_id,
        row_number,
        sample,
        rests_on_illustrative
    from every_risk

)

select * from final
