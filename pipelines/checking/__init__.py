"""Checks of a return: ``engine`` is the way of a check, ``rules`` what is checked."""
