// Every record once: also the index by which all other queries begin.
CREATE CONSTRAINT record_once IF NOT EXISTS FOR (r:Record) REQUIRE r.record IS UNIQUE
