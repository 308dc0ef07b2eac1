with

measures as (

    select * from {{ ref('dim_measure') }}

),

final as (

    select
        measure,
        return_name,
        item,
        title,
        definition,
        unit,
        decimals,
        numerator_words,
        denominator_words,
        polarity,
        target,
        amber_limit,
        form,
        aggregation,
        kind,
        frequency,
        seasonal,
        theme,
        priority,
        owner_role,
        small_number_rule,
        source,
        status,
        headline,
        first_quarter,
        last_quarter,
        theme_title,
        priority_title,
        return_title
    from measures

)

select * from final
order by measure
