with

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

quarters as (

    select * from {{ ref('dim_quarter') }}

),

measures as (

    select * from {{ ref('dim_measure') }}
    where status <> 'retired'

),

calendar as (

    select * from {{ ref('returns') }}

),

expected_rows as (

    select * from {{ ref('expected_rows') }}

),

obligations as (

    select * from {{ ref('obligations') }}

),

organisations as (

    select * from {{ ref('dim_organisation') }}

),

-- The year after the quarter that is reported: a yearly measure comes once in it.
coming as (

    select
        later.quarter,
        later.quarter_label,
        later.ends_on
    from edition
    inner join quarters
        on edition.quarter = quarters.quarter
    inner join quarters as later
        on
            quarters.quarter_index < later.quarter_index
            and quarters.quarter_index + 4 >= later.quarter_index

),

owed as (

    select distinct
        measures.measure,
        coming.quarter,
        coming.quarter_label,
        {{ days_after('coming.ends_on', 'calendar.due_after_days') }} as due_on
    from measures
    inner join calendar
        on measures.return_name = calendar.return_name
    inner join expected_rows
        on measures.measure = expected_rows.measure
    inner join obligations
        on
            expected_rows.organisation = obligations.organisation
            and measures.return_name = obligations.return_name
    inner join organisations
        on expected_rows.organisation = organisations.organisation
    cross join coming
    where
        (organisations.ended_on is null or organisations.ended_on >= coming.ends_on)
        and {{ in_use('coming.quarter', 'measures.first_quarter', 'measures.last_quarter') }}
        and {{ in_use(
            'coming.quarter', 'expected_rows.first_quarter', 'expected_rows.last_quarter'
        ) }}
        and {{ in_use(
            'coming.quarter', 'obligations.first_quarter', 'obligations.last_quarter'
        ) }}
        and {{ in_quarters('coming.quarter', 'expected_rows.quarters') }}
        and {{ in_quarters('coming.quarter', 'obligations.quarters') }}

),

ordered as (

    select
        *,
        row_number() over (partition by measure order by quarter) as place
    from owed

),

final as (

    select
        measure,
        quarter as next_quarter,
        quarter_label as next_quarter_label,
        due_on as next_due_on
    from ordered
    where place = 1

)

select * from final
