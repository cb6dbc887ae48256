// Broken chains at their cause: where unsourced money enters, or money leaves sight.
MATCH (r:Record) WHERE r.broken AND ($division = '' OR r.division_code = $division)
RETURN r.record AS record, r.breaks AS breaks ORDER BY record
