"""How it is read: one label a file, one judge."""
