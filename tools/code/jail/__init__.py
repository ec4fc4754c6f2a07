"""The jail: what runs on the far side of the fork, with the standard library alone.

These modules are loaded twice: by the host as part of `surefoot`, and by the zygote, a bare
interpreter that knows nothing of `surefoot` and from which every session is forked.
"""

__all__: list[str] = []
