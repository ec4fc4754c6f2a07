"""Reports: one HTML file to look at, and the same in the terminal."""

from .page import Report, page
from .terminal import comparison_table, summary_table

__all__ = ["Report", "comparison_table", "page", "summary_table"]
