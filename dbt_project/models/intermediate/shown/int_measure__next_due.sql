with

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

measures as (

    select dim_measure.*
    from {{ ref('dim_measure') }} as dim_measure
    inner join {{ ref('int_measure__at_edition') }} as at_edition
        on dim_measure.measure = at_edition.measure
    where at_edition.status <> 'retired'

),

expected_rows as (

    select * from {{ source('reference', 'expected_rows') }}

),

obligations as (

    select obligations.*
    from {{ ref('fct_obligation') }} as obligations
    inner join edition
        on obligations.quarter > edition.quarter

),

owed as (

    select
        measures.measure,
        obligations.quarter,
        obligations.quarter_label,
        min(obligations.due_on) as due_on
    from measures
    inner join expected_rows
        on measures.measure = expected_rows.measure
    inner join obligations
        on
            expected_rows.organisation = obligations.organisation
            and measures.return_name = obligations.return_name
    where
        {{ in_use('obligations.quarter', 'measures.first_quarter', 'measures.last_quarter') }}
        and {{ in_use(
            'obligations.quarter', 'expected_rows.first_quarter', 'expected_rows.last_quarter'
        ) }}
        and {{ in_quarters('obligations.quarter', 'expected_rows.quarters') }}
    group by measures.measure, obligations.quarter, obligations.quarter_label

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
