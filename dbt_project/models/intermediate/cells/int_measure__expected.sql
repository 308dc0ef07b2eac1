with

expected_rows as (

    select * from {{ ref('expected_rows') }}

),

measures as (

    select
        measure,
        return_name,
        status,
        first_quarter,
        last_quarter
    from {{ ref('dim_measure') }}

),

-- What is owed later is no figure that is waited for.
obligations as (

    select obligations.*
    from {{ ref('fct_obligation') }} as obligations
    inner join {{ ref('int_record__horizon') }} as horizon
        on obligations.quarter <= horizon.quarter

),

final as (

    select distinct
        expected_rows.measure,
        expected_rows.organisation,
        coalesce(expected_rows.area, 'all') as area,
        obligations.quarter,
        expected_rows.breakdown,
        expected_rows.category,
        obligations.state as obligation_state,
        obligations.submission_id,
        obligations.has_current
    from expected_rows
    inner join measures
        on expected_rows.measure = measures.measure
    inner join obligations
        on
            expected_rows.organisation = obligations.organisation
            and measures.return_name = obligations.return_name
    where
        measures.status <> 'retired'
        and {{ in_use('obligations.quarter', 'measures.first_quarter', 'measures.last_quarter') }}
        and {{ in_use(
            'obligations.quarter', 'expected_rows.first_quarter', 'expected_rows.last_quarter'
        ) }}
        and {{ in_quarters('obligations.quarter', 'expected_rows.quarters') }}

)

select * from final
