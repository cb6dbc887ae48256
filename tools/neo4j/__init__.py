"""A real Neo4j server on loopback, for development and tests: fetched by Maven, run by Java 17, no container needed.

Invariant: it listens on loopback only, its data lives in the folder given, and stopping it leaves no process behind.
"""
