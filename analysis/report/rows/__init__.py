"""From replies to the rows of a report, one kind of row a module."""
