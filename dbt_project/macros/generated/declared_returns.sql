{# Made by pipelines/declarations.py from schemas/returns: change it there. #}
{% macro declared_returns() %}
    {{ return([
        'action_progress',
        'clean_air_zone',
        'commentary',
        'domestic_abuse',
        'population_outcomes',
        'referral_outcomes',
        'risks',
        'safeguarding_activity',
        'training_compliance',
        'youth_justice'
    ]) }}
{% endmacro %}

{% macro observation_returns() %}
    {{ return([
        'clean_air_zone',
        'domestic_abuse',
        'population_outcomes',
        'referral_outcomes',
        'safeguarding_activity',
        'training_compliance',
        'youth_justice'
    ]) }}
{% endmacro %}
