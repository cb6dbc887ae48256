"""The questions: risk rules, overview, reconciliation, ranking, search and samples over a ledger."""

from queries.cases import CaseFile, Moved, add_to_case, case, cases, moved, open_case
from queries.check import CheckResult, Finding, check
from queries.deliveries import Delivery, deliveries
from queries.findings import Findings, Wanted, findings, record_event, record_events
from queries.life_cycle import Actor, Event
from queries.overview import Overview, overview
from queries.overview_records import Figure, FigureRecords, overview_records
from queries.page import Page
from queries.prepared import prepare
from queries.rank import Ranking, rank, rank_terms
from queries.rank_parts import Sources as RankSources
from queries.rank_parts import part_records as rank_records
from queries.rank_parts import sources as rank_sources
from queries.reconcile import Reconciliation, reconcile
from queries.reconcile_notes import Said, explain_difference
from queries.sample import Plan, Sample, sample
from queries.sample_sets import Note, RecordSet, record_set, record_sets, save_set
from queries.search import Filter, SearchResult, search
from queries.search_payee import Payee, payee
from queries.territory import division_code, subtree

__all__ = [
    "Actor",
    "CaseFile",
    "CheckResult",
    "Delivery",
    "Event",
    "Figure",
    "FigureRecords",
    "Filter",
    "Finding",
    "Findings",
    "Moved",
    "Note",
    "Overview",
    "Page",
    "Payee",
    "Plan",
    "RankSources",
    "Ranking",
    "Reconciliation",
    "RecordSet",
    "Said",
    "Sample",
    "SearchResult",
    "Wanted",
    "add_to_case",
    "case",
    "cases",
    "check",
    "deliveries",
    "division_code",
    "explain_difference",
    "findings",
    "moved",
    "open_case",
    "overview",
    "overview_records",
    "payee",
    "prepare",
    "rank",
    "rank_records",
    "rank_sources",
    "rank_terms",
    "reconcile",
    "record_event",
    "record_events",
    "record_set",
    "record_sets",
    "sample",
    "save_set",
    "search",
    "subtree",
]
