with

fates as (

    select * from {{ ref('int_row__fate') }}

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

-- What the record holds: as many rows must have a fate.
kept as (

    select
        submissions.submission_id,
        submissions.return_name,
        submissions.organisation,
        submissions.quarter,
        submissions.rows_kept
    from {{ ref('stg_submission') }} as submissions
    inner join edition
        on submissions.quarter <= edition.quarter
    where submissions.is_accepted and submissions.rows_kept > 0

),

counted as (

    select
        submission_id,
        fate,
        coalesce(reason, '') as reason,
        coalesce(superseded_by, '') as superseded_by,
        cast(count(*) as int) as accepted_rows
    from fates
    group by submission_id, fate, reason, superseded_by

),

final as (

    select
        kept.submission_id,
        kept.return_name,
        kept.organisation,
        kept.quarter,
        counted.fate,
        counted.reason,
        counted.superseded_by,
        counted.accepted_rows,
        kept.rows_kept,
        cast(sum(counted.accepted_rows) over (partition by kept.submission_id) as int)
            as rows_with_a_fate
    from kept
    left join counted
        on kept.submission_id = counted.submission_id

)

select * from final
order by submission_id, fate, reason, superseded_by
