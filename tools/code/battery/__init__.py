"""The battery: attacks on a sandbox, run inside it by `verify`.

Each public function of the modules beside this one is one attack. It returns what it achieved if
it got through, and raises if it was stopped. None does harm if it gets through. These files are
copied into the sandbox, so they know nothing but the standard library.
"""

__all__: list[str] = []
