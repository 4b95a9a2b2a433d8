"""How we know that it works: models of known behaviour, offline. Everything they say is a harmless placeholder."""
