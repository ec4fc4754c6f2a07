"""Savings: calls, tokens and money that the cascade and the caches spare on a stated workload."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from surefoot.agent import (
    AnswerBook,
    CachedModel,
    CascadeModel,
    ChromaQuestions,
    ListPrice,
    listing,
)
from surefoot.memory import MiniLM
from surefoot.messages import SystemMessage, UserMessage
from surefoot.model import (
    ChatModel,
    Finished,
    ModelPart,
    ModelRequest,
    Occasion,
    TextDelta,
    estimated_tokens,
)
from surefoot.scope import Scope

WORKLOAD = (
    "60 first thoughts of two users: 20 questions, each asked, asked again word for word and asked "
    "in other words; one in five runs into a failed check and is thought over once more. A prompt "
    "has 2,000 tokens of instructions and an answer 200; prices are those of the list."
)

SMALL, LARGE = "gpt-5-mini", "gpt-5"

_INSTRUCTIONS = "Answer from evidence. " * 364
_ANSWER = "word " * 160
_THINGS = (
    "orders", "invoices", "returns", "visits", "tickets", "shipments", "refunds", "customers",
    "suppliers", "warehouses",
)  # fmt: skip
_FORMS = (
    ("How many {} were there in {}?", "How many {} were there during {}?"),
    ("Which month of {1} had the most {0}?", "In which month of {1} were the most {0}?"),
)


class _Echo:
    """Answers everything alike, at a list price."""

    def __init__(self, model: str) -> None:
        self._model = model
        self.calls = 0
        self.tokens = 0
        self.usd = 0.0

    @property
    def name(self) -> str:
        return f"openai:{self._model}"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        price = listing("openai", self._model).price
        assert isinstance(price, ListPrice), "both are in the list"
        yield TextDelta(_ANSWER)
        end = price.of(
            Finished(
                reason="stop",
                input_tokens=sum(estimated_tokens(one.text) for one in request.messages),
                output_tokens=estimated_tokens(_ANSWER),
            )
        )
        self.calls += 1
        self.tokens += end.input_tokens + end.output_tokens
        self.usd += end.cost_usd or 0.0
        yield end


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What one set-up made of the workload."""

    setup: str
    calls: Counter[str]
    tokens: int
    usd: float
    hit_rate: float = 0.0
    """The share of requests that a cache answered."""
    tokens_saved: int = 0
    usd_saved: float = 0.0


def workload() -> list[ModelRequest]:
    """Return the requests in order."""
    asked: list[ModelRequest] = []
    for number, thing in enumerate(_THINGS * 2):
        first, other = _FORMS[number // len(_THINGS)]
        year = str(2020 + number % 5)
        user = f"user{number % 2}"
        for text in (first, first, other):
            troubles = 1 if number % 5 == 0 and text is other else 0
            for trouble in range(troubles + 1):
                occasion = Occasion(
                    scope=Scope(user=user, thread_id="t"), troubles=trouble, run_id=str(len(asked))
                )
                question = text.format(thing, year) + (" Think again." if trouble else "")
                asked.append(
                    ModelRequest(
                        messages=(SystemMessage(_INSTRUCTIONS), UserMessage(question)),
                        occasion=occasion,
                    )
                )
    return asked


async def bills() -> list[Bill]:
    """Run the workload through each set-up."""
    with TemporaryDirectory(prefix="surefoot-bench-") as folder:
        return [
            await _bill(setup, Path(folder) / str(number))
            for number, setup in enumerate(
                ("large model alone", "cascade", "exact cache", "semantic cache", "all three")
            )
        ]


async def _bill(setup: str, folder: Path) -> Bill:
    small, large = _Echo(SMALL), _Echo(LARGE)
    model: ChatModel = large
    if setup in ("cascade", "all three"):
        model = CascadeModel([small, large])
    cached = None
    if setup in ("exact cache", "semantic cache", "all three"):
        book = AnswerBook(folder / "answers.sqlite")
        near = None if setup == "exact cache" else ChromaQuestions(folder / "questions", MiniLM())
        model = cached = CachedModel(model, book=book, likeness=near)
    for request in workload():
        async for _ in model.stream(request):
            pass
    bill = Bill(
        setup=setup,
        calls=Counter({SMALL: small.calls, LARGE: large.calls}),
        tokens=small.tokens + large.tokens,
        usd=small.usd + large.usd,
    )
    if cached is None:
        return bill
    await cached.close()
    saved = cached.saved
    return replace(bill, hit_rate=saved.hit_rate, tokens_saved=saved.tokens, usd_saved=saved.usd)
