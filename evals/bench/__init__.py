"""Benchmarks, run by hand: `python -m surefoot.evals.bench.NAME`."""
