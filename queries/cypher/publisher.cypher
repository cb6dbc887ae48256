// The one node that publishers lock, there before anybody does.
MERGE (p:Publisher {name: 'publisher'}) RETURN p.name AS name
