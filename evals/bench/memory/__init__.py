"""Measures memory: what it recalls of long conversations, and how long that takes."""
