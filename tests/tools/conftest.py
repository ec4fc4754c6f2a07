from __future__ import annotations

import pytest

from surefoot.scope import Scope
from surefoot.tools import CallContext


@pytest.fixture
def context() -> CallContext:
    return CallContext(
        scope=Scope(tenant="acme", user="ann", thread_id="t1"), run_id="r1", call_id="c1"
    )
