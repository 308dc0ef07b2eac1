"""The ``quarterdeck`` command: a module for each group of subcommands."""
