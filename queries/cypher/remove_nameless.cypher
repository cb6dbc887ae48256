// What bears the label but no name is nobody's record.
MATCH (r:Record) WHERE r.record IS NULL DETACH DELETE r
