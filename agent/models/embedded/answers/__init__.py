"""Answers: results turned into sentences that cite them."""
