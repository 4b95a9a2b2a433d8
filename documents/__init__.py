"""What a model can be taught: documents of an imagined world, written, filtered, exported; never uploaded."""
