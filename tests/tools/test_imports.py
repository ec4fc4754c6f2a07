from __future__ import annotations

import subprocess
import sys

HEAVY = ("duckdb", "chromadb", "langchain_core", "jsonschema", "langgraph", "numpy")


def test_the_tools_load_nothing_heavy_before_it_is_used() -> None:
    program = (
        "import sys\n"
        "from surefoot.tools import Workspace, document_search, sql_query, tool, tool_from_schema\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"[]"]
