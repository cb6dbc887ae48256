// The publisher's lock: a write that stays uncommitted while the publish lasts, and goes with the connection.
MERGE (p:Publisher {name: 'publisher'}) SET p.begun = datetime()
