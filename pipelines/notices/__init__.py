"""Notices to partners and officers, by mail or into a folder."""
