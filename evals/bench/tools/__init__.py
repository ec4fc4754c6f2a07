"""Benchmarks of the tools: queries, retrieval, calls, and attacks through what tools read."""
