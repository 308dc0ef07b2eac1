{# No two rows alike in the columns of the grain, and none of them empty. One query a model. #}
{% test grain(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {% for column in columns %}
        or {{ column }} is null
    {% endfor %}
{% endtest %}
