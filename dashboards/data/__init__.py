"""The published data as Python values: the models a release exports, and nothing else.

``release`` reads a release's files (``files``) into a ``Published``, whose rows are those of
``rows`` and ``plans``.
"""
