// The node that publishers lock is one.
CREATE CONSTRAINT publisher_once IF NOT EXISTS FOR (p:Publisher) REQUIRE p.name IS UNIQUE
