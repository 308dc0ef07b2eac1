with

actions as (

    select * from {{ source('reference', 'action_links') }}

),

risks as (

    select * from {{ source('reference', 'risk_links') }}

),

named as (

    select
        'action' as subject,
        {{ quoted('plan') }} as belongs_to,
        ref,
        measure,
        theme,
        priority
    from actions
    union all
    select
        'risk' as subject,
        report as belongs_to,
        ref,
        measure,
        theme,
        priority
    from risks

),

final as (

    {% for about in ['measure', 'theme', 'priority'] %}
        select
            subject,
            belongs_to,
            ref,
            '{{ about }}' as about,
            {{ about }} as about_id
        from named
        where {{ about }} is not null
        {% if not loop.last %}union distinct{% endif %}
    {% endfor %}

)

select * from final
order by subject, belongs_to, ref, about, about_id
