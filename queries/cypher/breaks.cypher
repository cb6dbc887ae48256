// Broken chains at their cause: where unsourced money enters, or money leaves sight.
MATCH (r:Record {broken: true}) WHERE $division = '' OR r.division_code = $division
RETURN r.record AS record, r.breaks AS breaks ORDER BY record
