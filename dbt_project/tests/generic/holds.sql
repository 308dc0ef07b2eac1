{# Every row satisfies the condition. #}
{% test holds(model, condition) %}
select *
from {{ model }}
where not coalesce({{ condition }}, false)
{% endtest %}
