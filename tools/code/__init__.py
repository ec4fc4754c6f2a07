"""Code in a sandbox."""
