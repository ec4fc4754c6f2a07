"""Runs: the event log, the engine that owns them, and what is recorded of them."""
