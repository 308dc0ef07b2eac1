{# A table or a view made anew in one transaction: the old one is dropped and the new one made under
   its own name. dbt-duckdb's own makes it under another name, renames two and drops one, and asks for
   indexes, grants and foreign keys, of which there are none: half of what a small model costs.
   Whoever reads meanwhile sees the old one, and a build that is killed leaves it. #}
{% materialization table, adapter='duckdb' %}
    {%- set made = this.incorporate(type='table') -%}
    {%- call statement('main') -%}
        {{ dropped(load_cached_relation(this)) }}
        {{ create_table_as(False, made, compiled_code) }}
    {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [made]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set made = this.incorporate(type='view') -%}
    {%- call statement('main') -%}
        {{ dropped(load_cached_relation(this)) }}
        {{ create_view_as(made, compiled_code) }}
    {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [made]}) }}
{% endmaterialization %}

{# A view that became a table, or the other way round, is dropped as what it was. #}
{% macro dropped(relation) -%}
    {%- if relation is not none -%}
        drop {{ relation.type }} if exists {{ relation }} cascade;
    {%- endif -%}
{%- endmacro %}
