"""Memory: what the assistant remembers and the documents it can look things up in."""

from .memory import Memory, Recalled

__all__ = ["Memory", "Recalled"]
