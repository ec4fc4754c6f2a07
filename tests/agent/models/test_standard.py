"""LangChain's standard suite for chat models, on the embedded planner.

The planner plans with the tools it is given and answers from their results. It is not a language
model, so what asks it to write freely, to look at pictures or to be another model does not
apply; the suite skips that by itself, with its reason.
"""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from surefoot.agent import EmbeddedPlanner
from surefoot.memory import MiniLM

pytestmark = pytest.mark.anyio

EXCLUDED = {
    "test_standard_params": "There is one planner: no model's name or temperature to tell.",
    "test_serdes": "A planner holds a function that embeds, which cannot be written down.",
    "test_unicode_tool_call_integration": "It calls a tool by command, not by what is needed.",
    "test_init_time": "Times are measured in evals/bench, without the suite's plugin.",
    "test_stream_time": "Times are measured in evals/bench, without the suite's plugin.",
}


@pytest.fixture(autouse=True)
def excluded(request: pytest.FixtureRequest) -> None:
    """Skip what does not apply, with its reason."""
    if reason := EXCLUDED.get(request.node.name):
        pytest.skip(reason)


@pytest.fixture
def benchmark() -> None:
    """Stand in for a plugin of the suite that nothing here uses."""


@pytest.fixture
def snapshot() -> None:
    """Stand in for a plugin of the suite that nothing here uses."""


@pytest.fixture
def vcr() -> None:
    """Stand in for a plugin of the suite that nothing here uses."""


class TestEmbeddedUnit(ChatModelUnitTests):
    """Construction and binding."""

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return EmbeddedPlanner

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"embed": MiniLM().embed}

    @property
    def has_tool_choice(self) -> bool:
        """A planner cannot be made to call a tool that a question has no need of."""
        return False

    @property
    def has_structured_output(self) -> bool:
        """It writes sentences from evidence and no objects."""
        return False


class TestEmbeddedIntegration(ChatModelIntegrationTests):
    """Calls, streams and batches."""

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return EmbeddedPlanner

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"embed": MiniLM().embed}

    @property
    def has_tool_choice(self) -> bool:
        """A planner cannot be made to call a tool that a question has no need of."""
        return False

    @property
    def has_structured_output(self) -> bool:
        """It writes sentences from evidence and no objects."""
        return False

    @property
    def supports_json_mode(self) -> bool:
        """It writes sentences from evidence and no objects."""
        return False
