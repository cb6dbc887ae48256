// Every record that is named but not there, once.
CREATE CONSTRAINT missing_once IF NOT EXISTS FOR (m:Missing) REQUIRE m.record IS UNIQUE
