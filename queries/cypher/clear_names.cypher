// References that no money follows, before they are written anew.
MATCH (:Record)-[n:NAMES]->() DELETE n
