// The fiscal tree as relationships, for people; a parent that is not in the ledger has none.
MATCH (d:Division) UNWIND range(0, size(d.parents) - 1) AS place
MATCH (parent:Division {division_code: d.parents[place]})
MERGE (d)-[u:UNDER {since: d.since[place], until: d.until[place]}]->(parent)
