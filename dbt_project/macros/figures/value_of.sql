{# The figure that counts make, in the measure's unit: a percent is 87.4, never 0.874.
   Null where there is nothing to divide by. A count is its numerator. #}
{% macro value_of(numerator, denominator, unit) -%}
    case {{ unit }}
        when 'count' then {{ numerator }}
        when 'percent' then 100.0 * {{ numerator }} / nullif({{ denominator }}, 0)
        when 'rate_per_1000' then 1000.0 * {{ numerator }} / nullif({{ denominator }}, 0)
        when 'rate_per_100000' then 100000.0 * {{ numerator }} / nullif({{ denominator }}, 0)
        when 'ratio' then 1.0 * {{ numerator }} / nullif({{ denominator }}, 0)
    end
{%- endmacro %}

{# What an interval as a share or a rate for each one is multiplied by, to be in the unit. #}
{% macro per_unit(unit) -%}
    case {{ unit }}
        when 'percent' then 100.0
        when 'rate_per_1000' then 1000.0
        when 'rate_per_100000' then 100000.0
        else 1.0
    end
{%- endmacro %}

{# What partners make together: counts are added; a share is that of the added counts, never the
   average of shares. #}
{% macro combined_value(aggregation, numerator, denominator, unit) -%}
    case
        when {{ aggregation }} = 'sum' then {{ numerator }}
        else {{ value_of(numerator, denominator, unit) }}
    end
{%- endmacro %}
