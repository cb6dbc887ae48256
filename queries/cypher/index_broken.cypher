// Records where a chain breaks: only they have the property, so the index is as small as they are few.
CREATE INDEX record_broken IF NOT EXISTS FOR (r:Record) ON (r.broken)
