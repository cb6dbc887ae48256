// Divisions, missing records and asides, before they are written anew.
MATCH (n) WHERE n:Division OR n:Missing OR n:Aside DETACH DELETE n
