with

measures as (

    select * from {{ source('reference', 'measures') }}

),

themes as (

    select
        theme,
        title
    from {{ source('reference', 'themes') }}

),

priorities as (

    select
        priority,
        title
    from {{ source('reference', 'board_priorities') }}

),

calendar as (

    select
        return_name,
        title
    from {{ source('reference', 'returns') }}

),

rules as (

    select * from {{ source('reference', 'small_number_rules') }}

),

final as (

    select
        measures.measure,
        measures.return_name,
        measures.item,
        measures.title,
        measures.definition,
        measures.unit,
        cast(measures.decimals as int) as decimals,
        measures.numerator_words,
        measures.denominator_words,
        measures.polarity,
        cast(measures.target as double) as target,
        cast(measures.amber_limit as double) as amber_limit,
        measures.form,
        measures.aggregation,
        measures.kind,
        measures.frequency,
        measures.seasonal,
        measures.theme,
        measures.priority,
        measures.owner_role,
        measures.small_number_rule,
        measures.source,
        measures.status,
        cast(measures.headline as int) as headline,
        measures.first_quarter,
        measures.last_quarter,
        coalesce(measures.period_kinds = 'rolling_year', false) as takes_rolling_years,
        themes.title as theme_title,
        priorities.title as priority_title,
        calendar.title as return_title,
        -- A threshold of nought suppresses nothing: the measure is not sensitive.
        cast(nullif(rules.threshold, 0) as int) as threshold,
        cast(rules.rounding as int) as rounding,
        rules.show_zero
    from measures
    left join themes
        on measures.theme = themes.theme
    left join priorities
        on measures.priority = priorities.priority
    left join calendar
        on measures.return_name = calendar.return_name
    left join rules
        on measures.small_number_rule = rules.small_number_rule

)

select * from final
