"""The questions: risk rules, overview, reconciliation, ranking, search and samples over a ledger."""

from queries.check import CheckResult, Finding, check
from queries.overview import Overview, overview
from queries.overview_records import FigureRecords, overview_records
from queries.page import Page
from queries.reconcile import Reconciliation, reconcile
from queries.reconcile_notes import Said, explain_difference
from queries.territory import subtree

__all__ = [
    "CheckResult",
    "FigureRecords",
    "Finding",
    "Overview",
    "Page",
    "Reconciliation",
    "Said",
    "check",
    "explain_difference",
    "overview",
    "overview_records",
    "reconcile",
    "subtree",
]
