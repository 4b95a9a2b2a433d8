"""What is run: one thin file a setting, the query sets, and the one place that puts a task together."""
