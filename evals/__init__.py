"""Evals: traces in, grades and reports out."""
