"""Read people's files and databases into the ledger; make provinces to try it with."""
