"""What the terminal shows: ``af``, one file a subcommand, and the table at the end of a run. Orchestration only."""
