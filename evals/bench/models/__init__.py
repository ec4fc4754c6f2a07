"""Benchmark of the model layer: what a call costs beside the bare SDK, and what it saves."""
