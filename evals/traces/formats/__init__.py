"""One module a format: each says whether a document is its own and reads the traces in it."""
