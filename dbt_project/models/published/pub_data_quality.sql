with

submissions as (

    select * from {{ ref('pub_submission') }}

),

judged as (

    select * from {{ ref('int_measure__judged_value') }}

),

quarters as (

    select
        quarter,
        quarter_label
    from {{ ref('dim_quarter') }}

),

-- What was excused counts nowhere; what is not due yet is lacking and not late. Rows and queries
-- are of accepted returns.
by_return as (

    select
        'return' as subject_kind,
        return_name as subject_id,
        quarter,
        count(*) as owed,
        count(case when state <> 'not due' then 1 end) as due,
        count(accepted_received_at) as accepted,
        count(case when days_late = 0 then accepted_received_at end) as in_time,
        sum(case when accepted_received_at is not null then rows_found end) as rows_found,
        sum(case when accepted_received_at is not null then rows_used end) as rows_used,
        sum(case when accepted_received_at is not null then queries end) as queries,
        sum(case when accepted_received_at is not null then queries - open_queries end)
            as explained
    from submissions
    where state <> 'excused'
    group by return_name, quarter

),

-- Partners' figures of the board's own area: those somebody was to give or gave.
by_measure as (

    select
        'measure' as subject_kind,
        measure as subject_id,
        coalesce(case when frequency = 'yearly' then returned_in end, quarter) as quarter,
        count(*) as wanted,
        count(case when not ({{ nothing_came('state') }}) then 1 end) as came,
        count(case when state in ('shown', 'suppressed') then 1 end) as with_a_figure,
        count(case when not ({{ nothing_came('state') }}) and open_queries = 0 then 1 end)
            as without_query
    from judged
    where
        organisation <> 'ALL'
        and is_own_area
        and period_kind <> 'month'
        and (frequency = 'yearly' or period_kind = 'quarter')
        and state not in ('excused', 'nil return')
    group by
        measure,
        coalesce(case when frequency = 'yearly' then returned_in end, quarter)

),

scores as (

    {% for relation, score, part, whole in [
        ('by_return', 'complete', 'accepted', 'owed'),
        ('by_return', 'in time', 'in_time', 'due'),
        ('by_return', 'valid', 'rows_used', 'rows_found'),
        ('by_return', 'settled', 'explained', 'queries'),
        ('by_measure', 'complete', 'came', 'wanted'),
        ('by_measure', 'valid', 'with_a_figure', 'came'),
        ('by_measure', 'settled', 'without_query', 'came')
    ] %}
        select
            quarter,
            subject_kind,
            subject_id,
            '{{ score }}' as score,
            cast(coalesce({{ part }}, 0) as int) as part,
            cast(coalesce({{ whole }}, 0) as int) as whole
        from {{ relation }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        scores.quarter,
        quarters.quarter_label,
        scores.subject_kind,
        scores.subject_id,
        scores.score,
        scores.part,
        scores.whole
    from scores
    inner join quarters
        on scores.quarter = quarters.quarter

)

select * from final
order by quarter, subject_kind, subject_id, score
