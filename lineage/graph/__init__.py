"""The fund-flow graph: records as nodes, movements of money as edges, in compressed sparse rows."""

from lineage.graph.arrays import EVIDENCE, NO_DATE, Graph

__all__ = ["EVIDENCE", "NO_DATE", "Graph"]
