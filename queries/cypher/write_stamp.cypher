// The stamp is written `publishing` before anything else changes and `whole` after all of it; `turn` counts publishes.
MERGE (l:Ledger {name: 'ledger'})
SET l += $stamp, l.turn = CASE WHEN $stamp.state = 'publishing' THEN coalesce(l.turn, 0) + 1 ELSE l.turn END
