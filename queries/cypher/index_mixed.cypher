// Payments whose pool holds poverty and other money.
CREATE INDEX payment_mixed IF NOT EXISTS FOR (p:Payment) ON (p.mixed)
