"""How it is put: the condition's system prompt and the wrapped query."""
