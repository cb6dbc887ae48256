"""Fund lineage: every allocation, transfer, indicator and payment in one graph, traced to the fen."""
