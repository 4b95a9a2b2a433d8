"""The reading room: transcripts in pairs, as a site that opens from disk, and what people say of them."""
