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

board as (

    select * from {{ source('reference', 'board') }}

),

meetings as (

    select * from {{ ref('int_quarter__meeting') }}

),

facts as (

    select quarter from {{ ref('fct_measure_value') }}
    where is_current and sample = 'illustrative'

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
        meetings.meeting,
        meetings.meeting_on,
        board.name as board,
        board.place,
        board.publisher,
        board.contact,
        board.home_area,
        board.version as board_version,
        edition.as_of_day,
        edition.counts_up_to,
        edition.data_cut_off,
        illustrative.figures > 0 as has_illustrative,
        edition.submissions
    from edition
    cross join board
    cross join illustrative
    left join quarters
        on edition.quarter = quarters.quarter
    left join meetings
        on edition.quarter = meetings.quarter

)

select * from final
