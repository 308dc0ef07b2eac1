with

commentary as (

    select * from {{ ref('stg_commentary') }}

),

spells as (

    select submission_id
    from {{ ref('int_submission__current_spells') }}
    where is_current and return_name = 'commentary'

),

submissions as (

    select
        submission_id,
        sample
    from {{ ref('stg_submission') }}

),

measures as (

    select measure from {{ ref('dim_measure') }}

),

final as (

    select
        concat_ws(
            '|', commentary.organisation, commentary.quarter, commentary.subject_id,
            commentary.kind,
            row_number() over (
                partition by
                    commentary.organisation, commentary.quarter, commentary.subject_id,
                    commentary.kind
                order by commentary.row_number
            )
        ) as commentary_id,
        commentary.organisation,
        commentary.quarter,
        case
            when commentary.subject_id = 'board' then 'board'
            when measures.measure is not null then 'measure'
            else 'plan'
        end as subject_kind,
        commentary.subject_id,
        commentary.kind,
        commentary.text,
        commentary.role,
        commentary.written_on,
        commentary.submission_id,
        commentary.row_number,
        submissions.sample
    from commentary
    inner join spells
        on commentary.submission_id = spells.submission_id
    inner join submissions
        on commentary.submission_id = submissions.submission_id
    left join measures
        on commentary.subject_id = measures.measure

)

select * from final
