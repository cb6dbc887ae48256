"""The questions: rules, overview, reconciliation, ranking, search."""
