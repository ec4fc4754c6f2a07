"""Evals: traces in, grades and reports out."""

from .bench import overhead

__all__ = ["overhead"]
