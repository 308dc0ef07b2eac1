with

-- What was replaced or withdrawn as a whole is accounted for as a whole, in pub_row_fate.
observations as (

    select observations.*
    from {{ ref('int_measure__observations') }} as observations
    inner join {{ ref('int_submission__current_spells') }} as spells
        on observations.submission_id = spells.submission_id
    where spells.is_current

),

submissions as (

    select
        submission_id,
        return_name,
        organisation,
        quarter
    from {{ ref('stg_submission') }}
    where is_accepted

),

standing as (

    select submission_id
    from {{ ref('int_submission__current_spells') }}
    where is_current

),

figures as (

    select * from {{ ref('fct_measure_value') }}
    where is_current

),

shown as (

    select
        cell_id,
        measure,
        organisation,
        area,
        period,
        breakdown,
        category,
        state
    from {{ ref('int_measure__shown_value') }}

),

edition as (

    select quarter from {{ ref('int_release__edition') }}

),

-- What begins after the quarter that is reported is in a later edition.
begun as (

    select measure from {{ ref('int_measure__at_edition') }}

),

-- Rows of returns without figures: they are published in words.
told as (

    {% for model in ['stg_commentary', 'stg_action_progress', 'stg_risks'] %}
        select
            submission_id,
            row_number
        from {{ ref(model) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

accepted_rows as (

    select
        submission_id,
        row_number,
        item,
        true as is_figure
    from observations
    union all
    select
        submission_id,
        row_number,
        '' as item,
        false as is_figure
    from told

),

stated as (

    select
        observations.*,
        min(observations.row_number) over (
            partition by
                observations.submission_id, observations.measure, observations.organisation,
                observations.area, observations.period, observations.breakdown,
                observations.category
        ) as first_row
    from observations

),

joined as (

    select
        accepted_rows.submission_id,
        accepted_rows.row_number,
        accepted_rows.item,
        accepted_rows.is_figure,
        submissions.return_name,
        submissions.organisation as sent_by,
        submissions.quarter as returned_in,
        stated.measure,
        stated.first_row,
        coalesce(stated.quarter, submissions.quarter) > edition.quarter
        or (stated.measure is not null and begun.measure is null) as is_later,
        figures.submission_id as newest_submission,
        coalesce(figures.first_stated_in, figures.submission_id) as first_submission,
        shown.cell_id,
        shown.state
    from accepted_rows
    inner join submissions
        on accepted_rows.submission_id = submissions.submission_id
    inner join standing
        on accepted_rows.submission_id = standing.submission_id
    cross join edition
    left join stated
        on
            accepted_rows.is_figure
            and accepted_rows.submission_id = stated.submission_id
            and accepted_rows.row_number = stated.row_number
            and accepted_rows.item = stated.item
    left join figures
        on
            stated.measure = figures.measure
            and stated.organisation = figures.organisation
            and stated.area = figures.area
            and stated.period = figures.period
            and stated.breakdown = figures.breakdown
            and stated.category = figures.category
    left join shown
        on
            stated.measure = shown.measure
            and stated.organisation = shown.organisation
            and stated.area = shown.area
            and stated.period = shown.period
            and stated.breakdown = shown.breakdown
            and stated.category = shown.category
    left join begun
        on stated.measure = begun.measure

),

decided as (

    select
        *,
        case
            when is_figure and measure is null then 'not used'
            when is_figure and submission_id < first_submission then 'superseded'
            when is_figure and row_number > first_row then 'not used'
            when is_later then 'not used'
            when state = 'suppressed' then 'suppressed'
            else 'published'
        end as fate
    from joined

),

-- A row that states several measures has the fate of the one of which readers see most.
ranked as (

    select
        *,
        row_number() over (
            partition by submission_id, row_number
            order by
                case fate
                    when 'published' then 1 when 'suppressed' then 2 when 'superseded' then 3 else 4
                end,
                item
        ) as place
    from decided

),

final as (

    select
        submission_id,
        row_number,
        return_name,
        sent_by,
        returned_in,
        fate,
        case
            when fate <> 'not used' then null
            when measure is null and is_figure then 'no such measure'
            when is_later then 'later than this edition'
            else 'stated twice in one return'
        end as reason,
        case when fate = 'superseded' then newest_submission end as superseded_by,
        case when fate in ('published', 'suppressed') then cell_id end as cell_id
    from ranked
    where place = 1

)

select * from final
