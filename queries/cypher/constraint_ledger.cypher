// One stamp, and one publisher at a time.
CREATE CONSTRAINT ledger_once IF NOT EXISTS FOR (l:Ledger) REQUIRE l.name IS UNIQUE
