"""The plan of a jail: what the host tells the zygote about the session it wants."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Literal

SCRATCH = ("/sandbox", "/tmp", "/dev/shm")
"""Where a session may write; all of it is one small file system in memory."""
WORKSPACE = SCRATCH[0]

BOOTED = -1
"""The number of the zygote's answer that comes before any request."""

Tier = Literal["namespaces", "landlock"]
"""How a session is confined. `namespaces` gives it a machine of its own, with an empty network
and a file system of its own; `landlock` leaves it on this one, with nothing it may touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLimits:
    """What one session may use."""

    memory_mb: int = 1024
    """Address space."""
    disk_mb: int = 64
    """All files it keeps, together."""
    file_mb: int = 32
    """One file."""
    files: int = 20_000
    open_files: int = 128
    threads: int = 64
    output_kb: int = 1024
    """Printed by one program, standard output and standard error each."""
    result_kb: int = 1024
    """The value of one program's last expression, as JSON."""
    images: int = 8
    image_kb: int = 2048
    """One figure."""
    cpu_seconds: int = 3600
    """Over the whole session, should everything else fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One session's jail."""

    tier: Tier
    readable: tuple[str, ...]
    """Files and folders of the host that it may read: the interpreter and its libraries."""
    workspace: str
    """The folder it may write to; under `namespaces` one that only it can see."""
    uid: int | None
    """The user it becomes; None to stay who we are."""
    private_uid: bool
    """True when nobody else is that user, so that its threads can be counted."""
    limits: SandboxLimits = field(default_factory=SandboxLimits)

    def to_json(self) -> str:
        """Return the plan as text for the zygote."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read what `to_json` wrote."""
        fields = json.loads(text)
        limits = SandboxLimits(**fields.pop("limits"))
        return cls(limits=limits, **{**fields, "readable": tuple(fields["readable"])})
