"""Checks: small functions that look at an intermediate output and give a verdict."""
