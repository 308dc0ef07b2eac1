with

commentary as (

    select * from {{ ref('fct_commentary') }}

),

tells as (

    select text_id as commentary_id from {{ ref('int_disclosure__telling_texts') }}
    where subject = 'commentary'

),

final as (

    select
        commentary.commentary_id,
        commentary.organisation,
        commentary.quarter,
        commentary.subject_kind,
        commentary.subject_id,
        commentary.kind,
        commentary.text,
        commentary.role,
        commentary.written_on,
        commentary.submission_id,
        commentary.row_number,
        commentary.sample,
        tells.commentary_id is not null as tells_hidden_number
    from commentary
    left join tells
        on commentary.commentary_id = tells.commentary_id

)

select * from final
