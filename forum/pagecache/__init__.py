"""Finished pages for visitors without a session, in front of Django: see docs/architecture.md, "Finished pages"."""

from forum.pagecache.answering import FinishedPages as FinishedPages
from forum.pagecache.answering import finished_pages as finished_pages
from forum.pagecache.counting import Counted as Counted
