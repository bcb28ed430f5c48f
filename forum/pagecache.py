"""Finished pages for visitors without a session, in front of Django."""
