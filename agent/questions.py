"""Questions: what comes in is made sound before a run begins."""

from __future__ import annotations

import re

from surefoot.errors import InputError

_THREAD = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_TENANT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
_CONTROL = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def sound_question(text: str, *, max_chars: int) -> str:
    """Return the question without control characters and outer space, or raise `InputError`."""
    if len(text) > max_chars:
        raise InputError(
            f"The question has {len(text):,} characters; at most {max_chars:,} are taken. Put long "
            "texts into a file and ingest it."
        )
    if _SURROGATE.search(text):
        raise InputError("The question is not valid text: it holds half of a surrogate pair.")
    if "\x00" in text:
        raise InputError("The question looks like binary data: it holds a NUL character.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = _CONTROL.sub("", text).strip()
    if not clean:
        raise InputError("The question is empty.")
    return clean


def sound_thread(thread_id: str) -> str:
    """Return the thread id, or raise `InputError`."""
    if not _THREAD.fullmatch(thread_id):
        raise InputError(
            f"{thread_id[:40]!r} is not a thread id: use 1 to 128 letters, digits or . _ : -"
        )
    return thread_id


def sound_tenant(tenant: str) -> str:
    """Return the tenant's name, or raise `InputError`. It is also the name of a folder."""
    if not _TENANT.fullmatch(tenant):
        raise InputError(
            f"{tenant[:40]!r} is not a tenant: use 1 to 64 letters, digits or . _ - and no dot "
            "in front."
        )
    return tenant
