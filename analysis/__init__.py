"""What it comes to: logs, a frame with one row a reply, statistics on arrays, contrasts. Never asks a model."""
