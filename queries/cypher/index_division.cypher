// Records of a division, for people in Neo4j Browser and for the questions of one division.
CREATE INDEX record_division IF NOT EXISTS FOR (r:Record) ON (r.division_code)
