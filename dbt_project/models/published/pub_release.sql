with

edition as (

    select * from {{ ref('int_release__edition') }}

),

quarters as (

    select
        quarter,
        quarter_label
    from {{ ref('dim_quarter') }}

),

meetings as (

    select * from {{ source('reference', 'meetings') }}
    where quarter is not null

),

facts as (

    select quarter from {{ ref('fct_measure_value') }}
    where is_current and sample = 'illustrative'

),

-- The first meeting to which the quarter is reported.
first_meeting as (

    select
        *,
        row_number() over (partition by quarter order by meeting_on, meeting) as turn
    from meetings

),

illustrative as (

    select count(*) as figures
    from facts
    inner join edition
        on facts.quarter <= edition.quarter

),

final as (

    select
        edition.quarter,
        quarters.quarter_label,
        first_meeting.meeting,
        first_meeting.meeting_on,
        first_meeting.board,
        edition.as_of_day,
        edition.counts_up_to,
        edition.data_cut_off,
        illustrative.figures > 0 as has_illustrative,
        edition.submissions
    from edition
    cross join illustrative
    left join quarters
        on edition.quarter = quarters.quarter
    left join first_meeting
        on edition.quarter = first_meeting.quarter and first_meeting.turn = 1

)

select * from final
