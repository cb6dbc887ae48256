"""The graph's second home: a Neo4j 5 server over Bolt."""
