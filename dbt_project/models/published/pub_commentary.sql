with

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

commentary as (

    select * from {{ ref('int_commentary__shown') }}

),

quarters as (

    select
        quarter,
        quarter_label
    from {{ ref('dim_quarter') }}

),

final as (

    select
        commentary.commentary_id,
        commentary.organisation,
        commentary.quarter,
        quarters.quarter_label,
        commentary.subject_kind,
        commentary.subject_id,
        commentary.kind,
        {{ told_words('commentary.text', 'commentary.tells_hidden_number') }} as text,
        commentary.role,
        commentary.written_on,
        commentary.submission_id,
        commentary.row_number,
        coalesce(commentary.sample = 'illustrative', false) as illustrative
    from commentary
    inner join edition
        on commentary.quarter <= edition.quarter
    inner join quarters
        on commentary.quarter = quarters.quarter

)

select * from final
order by quarter, subject_kind, subject_id, kind, commentary_id
