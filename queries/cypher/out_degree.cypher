// How many draws the pools have that a day-by-day policy must replay.
UNWIND $records AS name MATCH (r:Record {record: name}) RETURN sum(COUNT { (r)-[:FUNDS]->() }) AS draws
