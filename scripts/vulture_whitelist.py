"""What vulture takes for unused and is not, and why; a name that is gone may be taken out.

vulture sees names in Python alone: not those that a template, a model of dbt, a form of pydantic or
a framework asks for. A function that only tests call does not belong here but is to be deleted.
"""

# Subcommands: click finds them by their decorator.
_.accept_disclosure, _.demo, _.find_file, _.list_accounts, _.rebuild, _.set_up

# Called or read by a library: click, Dagster, http.server, jinja2, sqlite3, zipfile;
# members of an enum, reached by their value.
_.SEASON, _.YEAR, _.compress_type, _.convert, _.create_system, _.external_attr
_.format_commands, _.get_group_name, _.get_owners, _.globals, _.log_message, _.obj
_.row_factory, _.yield_for_execution

# Django and allauth find these by the names in portal/project.py, or by their own.
_.Adapter, _.Argon2, _.Border, _.CountedUpload, _.HardToGuess, _.PortalConfig, _.ProxySignOn
_.SignedIn, _.USERNAME_FIELD, _.add_message, _.default_auto_field, _.dependencies, _.extra_context
_.file_complete, _.get_email_field_name, _.get_help_text, _.handle_no_permission, _.handler400
_.handler403, _.handler404, _.handler500, _.http_method_names, _.initial, _.memory_cost
_.on_every_page, _.operations, _.parallelism, _.pre_authenticate, _.process_exception
_.receive_data_chunk, _.status_code, _.success_url, _.time_cost, _.wrong_form

# A mark of the record that tests read, a rule of the seeds, the other half of a difference; the
# calendar's own check of itself; the files of dbt, written by hand (docs/add-a-return.md).
_.NHS_1_TO_7
_.no_figure_changed_since, _.row_before, _.working_days_between, _.write_dbt_files

# Checks of the models of returns: pandera calls them, and columns that it reads by their name.
_.change_is_what_the_figures_give, _.change_percent, _.denominator_is_large_enough
_.eligible_is_large_enough, _.indicator, _.mitigation, _.numerator_is_within_denominator
_.percent_follows, _.percent_is_not_a_fraction, _.recovery_date, _.staff_group
_.limits_are_in_order, _.trained_is_within_eligible, _.value_follows, _.value_is_in_its_interval
_.value_is_not_a_fraction, _.value_is_within_100
_.value_year_before, _.vehicle_class

# Fields of reference tables: a column of the board's tables each.
_.baselines, _.board_priorities, _.decided_by, _.decided_on, _.denominator_words, _.lead_role
_.numerator_words, _.peer_sets, _.priority, _.rebases, _.seasonal, _.valid_from
_.action_links, _.contact, _.peer_set_members, _.published_already, _.publisher, _.risk_links
_.rule_within_home_area

# Commands, which are found by their names.
_.diff, _.init, _.upgrade

# Columns of raw tables, which models of dbt read.
(
    _.as_of_day,
    _.column_name,
    _.current_submission_id,
    _.explained_at,
    _.explanation,
    _.latest_submission_id,
)
_.is_nil, _.rows_in_group, _.withdrawn_at

# Columns of published models, what their tables read by name, and what templates ask for.
_.anchor, _.attention_reason, _.beyond_chance, _.changed_at, _.charted, _.commentary_id
_.data_cut_off, _.direction, _.due_certainty, _.due_note, _.ended_measures, _.first_due_end
_.has_illustrative, _.has_summary_pdf, _.has_whole_pdf, _.known_from, _.lead_body, _.moved_on
_.new_figures, _.new_measures, _.new_submission_id, _.new_value, _.newest_last
_.old_submission_id, _.old_value, _.owner_body, _.owner_role, _.partners_expected
_.partners_reported, _.plans_of_theme, _.previous_impact, _.previous_likelihood, _.previous_rating
_.priority_title, _.progress, _.quarters_without_update, _.rating_reason, _.recovery_on
_.recovery_words, _.reported_quarter, _.risk_anchor, _.risks_about, _.signed_off_by, _.start_words
_.starts_on, _.state_reason, _.theme_title

# What templates of the upload pages ask for.
_.no_figure_changed_since, _.row_before, _.working_days_between, _.write_dbt_files

# Columns of published models that templates of published pages, or downloads, ask for.
_.baseline, _.baseline_label, _.baseline_source, _.definition, _.first_stated_in
_.has_new_target, _.like_for_like_members, _.like_for_like_previous, _.like_for_like_value
_.corrected_figures, _.made_of, _.new_value_as_sent, _.no_limits_reason
_.numerator_worked_out, _.old_value_as_sent, _.previous_label, _.returned_in
_.succeeded_by, _.superseded_by, _.target_from

# Columns of files of samples.
_.expected_outcome

# Columns of raw tables that models of dbt read; fields that templates and records ask for.
_.intent, _.is_by_days, _.is_overlapping, _.put_right, _.reads_as_rolling, _.row_after
_.unanswered

# What templates of the upload pages ask for.
_.act, _.act_href, _.href

# Fields of reference tables that models of dbt or templates read.
_.period_kinds

# What templates of reference pages ask for.
_.excerpt

# What a spreadsheet reads of a workbook.
_.active, _.alignment, _.autoFilter, _.creator, _.data_type, _.deleteRows, _.fitToHeight
_.formatCells, _.formatColumns, _.formatRows, _.freeze_panes, _.hyperlink, _.insertRows
_.keywords, _.number_format, _.orientation, _.pageSetUpPr, _.paperSize, _.tabSelected

# What the XML parser looks at.
_.buffer_text, _.StartElementHandler, _.EndElementHandler, _.CharacterDataHandler
_.StartDoctypeDeclHandler
