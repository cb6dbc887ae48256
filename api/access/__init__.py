"""Who may see and do what: people, sign-in, scopes by the fiscal tree, and the record of who looked at what."""
