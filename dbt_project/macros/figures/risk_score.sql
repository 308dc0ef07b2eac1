{# The level of a risk, 1 to 9: likelihood (Low 1, Medium 2, High 3) times impact; null where either
   is not scored. It orders risks and shows movement; it is no rating. #}
{% macro risk_score(likelihood, impact) -%}
    ({{ risk_level(likelihood) }}) * ({{ risk_level(impact) }})
{%- endmacro %}

{% macro risk_level(word) -%}
    case {{ word }} when 'Low' then 1 when 'Medium' then 2 when 'High' then 3 end
{%- endmacro %}
