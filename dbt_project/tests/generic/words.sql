{# A column holds only words from its list. `columns` maps a column to its words; null passes. #}
{% test words(model, columns) %}
{% for column, words in columns.items() %}
    select
        '{{ column }}' as column_name,
        {{ column }} as word,
        count(*) as rows_found
    from {{ model }}
    where {{ column }} not in ('{{ words | join("', '") }}')
    group by {{ column }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
{% endtest %}
