"""The questions: risk rules, overview, reconciliation, ranking, search and samples over a ledger."""

from queries.overview import Overview, overview
from queries.overview_records import FigureRecords, overview_records
from queries.page import Page
from queries.territory import subtree

__all__ = ["FigureRecords", "Overview", "Page", "overview", "overview_records", "subtree"]
