// Every reversal and receipt that names a missing record, once.
CREATE CONSTRAINT aside_once IF NOT EXISTS FOR (a:Aside) REQUIRE a.record IS UNIQUE
