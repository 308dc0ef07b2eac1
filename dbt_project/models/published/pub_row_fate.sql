with

fates as (

    select * from {{ ref('int_row__fate') }}

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

rows_loaded as (

    select
        submission_id,
        count(distinct row_number) as accepted_rows
    from {{ ref('stg_observation') }}
    group by submission_id
    {% for model in ['stg_commentary', 'stg_action_progress', 'stg_risks'] %}
        union all
        select
            submission_id,
            count(*) as accepted_rows
        from {{ ref(model) }}
        group by submission_id
    {% endfor %}
    union all
    select
        submission_id,
        rows_used as accepted_rows
    from {{ ref('stg_submission') }}
    where is_nil

),

standing as (

    select
        submission_id,
        organisation,
        return_name,
        quarter
    from {{ ref('int_submission__current_spells') }}
    where is_current

),

-- A later return that states a period of this edition is accounted for too.
restating as (

    select distinct submission_id
    from fates
    where reason is distinct from 'later than this edition'

),

-- What was accepted and is not erased: as many rows must have a fate. The row of a nil return says
-- that there was nothing to report.
kept as (

    select
        submissions.submission_id,
        submissions.return_name,
        submissions.organisation,
        submissions.quarter,
        submissions.is_nil,
        case when submissions.is_nil then submissions.rows_used else submissions.rows_kept end
            as rows_kept,
        submissions.withdrawn_at is not null as is_withdrawn
    from {{ ref('stg_submission') }} as submissions
    cross join edition
    left join restating
        on submissions.submission_id = restating.submission_id
    where
        submissions.is_accepted
        and (submissions.rows_kept > 0 or submissions.is_nil)
        and (submissions.quarter <= edition.quarter or restating.submission_id is not null)

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
    union all
    select
        kept.submission_id,
        'nil return' as fate,
        '' as reason,
        '' as superseded_by,
        cast(kept.rows_kept as int) as accepted_rows
    from kept
    inner join standing
        on kept.submission_id = standing.submission_id
    where kept.is_nil
    union all
    select
        kept.submission_id,
        case when kept.is_withdrawn then 'withdrawn' else 'superseded' end as fate,
        '' as reason,
        case when kept.is_withdrawn then '' else coalesce(now.submission_id, '') end
            as superseded_by,
        cast(rows_loaded.accepted_rows as int) as accepted_rows
    from kept
    inner join rows_loaded
        on kept.submission_id = rows_loaded.submission_id
    left join standing as own
        on kept.submission_id = own.submission_id
    left join standing as now
        on
            kept.organisation = now.organisation
            and kept.return_name = now.return_name
            and kept.quarter = now.quarter
    where own.submission_id is null

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
