// Every division once.
CREATE CONSTRAINT division_once IF NOT EXISTS FOR (d:Division) REQUIRE d.division_code IS UNIQUE
