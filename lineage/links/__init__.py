"""Missing links: what a broken chain's next record probably is; proposed with evidence, applied by people only."""
