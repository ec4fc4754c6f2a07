"""The model layer: from settings to one model, with no more around it than is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from surefoot.limits import Limits
from surefoot.memory import Embedder
from surefoot.model import ChatModel
from surefoot.settings import ModelSettings, Settings

from ..budgets import MeteredModel, SpendLedger, SpendLimits
from .cascade import CascadeModel, Policy, small_first
from .choose import chosen
from .providers import make_model, price_of, provider_of, window_of
from .steady import Lane, Link, Patience, SteadyModel
from .window import FittedModel

if TYPE_CHECKING:
    from .alike import Likeness
    from .answers import CachedModel


@runtime_checkable
class Closes(Protocol):
    """A model that holds connections or memory."""

    async def close(self) -> None:
        """Let go of them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A model as a run sees it, and what stands behind it."""

    model: ChatModel
    bare: tuple[ChatModel, ...] = ()
    """The models of the providers, with nothing around them."""
    cache: CachedModel | None = None
    ledger: SpendLedger | None = None

    async def close(self) -> None:
        """Close all connections and files."""
        for model in self.bare:
            if isinstance(model, Closes):
                await model.close()
        if self.cache is not None:
            await self.cache.close()
        if self.ledger is not None:
            self.ledger.close()


def make_layer(
    settings: Settings,
    embedder: Embedder,
    *,
    now: Callable[[], str],
    name: str | None = None,
    limits: Limits | None = None,
    policy: Policy = small_first,
    folder: Path | None = None,
    edition: Callable[[], str] = lambda: "",
) -> Layer:
    """Build the layer that the settings ask for. Raises `ConfigurationError`.

    `folder` is where spending and answers are kept; None keeps them only in memory.
    """
    layer = settings.models
    builder = _Builder(settings, embedder, limits or settings.limits, now, folder)
    names = (name,) if name else layer.tiers or (chosen(settings).name,)
    tiers = [builder.chain((one, *layer.fallback)) for one in names]
    model = tiers[0] if len(tiers) == 1 else CascadeModel(tiers, policy=policy)
    cache = None
    if layer.cache != "off":
        model = cache = _cached(model, layer, embedder, folder, edition)
    return Layer(model=model, bare=tuple(builder.bare), cache=cache, ledger=builder.ledger)


def _cached(
    model: ChatModel,
    layer: ModelSettings,
    embedder: Embedder,
    folder: Path | None,
    edition: Callable[[], str],
) -> CachedModel:
    from .alike import NearQuestions
    from .alike_on_disk import ChromaQuestions
    from .answer_book import AnswerBook
    from .answers import CachedModel

    near = layer.cache_similarity
    likeness: Likeness | None = None
    if layer.cache == "semantic":
        likeness = (
            NearQuestions(embedder, similarity=near)
            if folder is None
            else ChromaQuestions(folder / "questions", embedder, similarity=near)
        )
    path = None if folder is None else folder / "answers.sqlite"
    book = AnswerBook(path, seconds=layer.cache_seconds)
    return CachedModel(model, book=book, likeness=likeness, edition=edition)


class _Builder:
    def __init__(
        self,
        settings: Settings,
        embedder: Embedder,
        limits: Limits,
        now: Callable[[], str],
        folder: Path | None,
    ) -> None:
        self._settings = settings
        self._embedder = embedder
        self._now = now
        self._spending = _spending(settings, limits)
        self._max_output = _max_output(settings, limits, self._spending)
        self._lanes: dict[str, Lane] = {}
        self._links: dict[str, Link] = {}
        self.bare: list[ChatModel] = []
        self.ledger: SpendLedger | None = None
        if self._spending.are_set:
            self.ledger = SpendLedger(None if folder is None else folder / "spending.sqlite")

    def chain(self, names: Sequence[str]) -> ChatModel:
        """Return the chain of these models; a model on this machine alone needs none."""
        names = tuple(dict.fromkeys(names))
        links = [self._link(name) for name in names]
        if len(links) == 1 and names[0].partition(":")[0] in ("embedded", "local"):
            return links[0].model
        layer = self._settings.models
        patience = Patience(
            attempts=layer.attempts,
            attempt_seconds=layer.attempt_seconds,
            total_seconds=layer.total_seconds,
        )
        return SteadyModel(links, patience=patience)

    def _link(self, name: str) -> Link:
        if name not in self._links:
            self._links[name] = Link(model=self._model(name), lane=self._lane(name))
        return self._links[name]

    def _lane(self, name: str) -> Lane:
        provider = provider_of(name)
        if provider not in self._lanes:
            most = self._settings.models.concurrency
            room = asyncio.Semaphore(most) if most else None
            self._lanes[provider] = Lane(provider=provider, room=room)
        return self._lanes[provider]

    def _model(self, name: str) -> ChatModel:
        limited = self._max_output if self._spending.are_set else None
        model = make_model(name, self._settings, self._embedder, max_output_tokens=limited)
        self.bare.append(model)
        if name == "embedded":
            return model
        if (window := window_of(name, self._settings)) is not None:
            model = FittedModel(model, window=window)
        if self.ledger is not None:
            model = MeteredModel(
                model,
                self._spending,
                self.ledger,
                price=price_of(name, self._settings),
                max_output_tokens=self._max_output,
                now=self._now,
            )
        return model


def _spending(settings: Settings, limits: Limits) -> SpendLimits:
    layer = settings.models
    return SpendLimits(
        call_tokens=layer.call_tokens,
        call_usd=layer.call_cost_usd,
        run_tokens=limits.tokens,
        run_usd=limits.cost_usd,
        user_day_tokens=layer.user_day_tokens,
        user_day_usd=layer.user_day_cost_usd,
        day_tokens=layer.day_tokens,
        day_usd=layer.day_cost_usd,
    )


def _max_output(settings: Settings, limits: Limits, spending: SpendLimits) -> int:
    """Return what a message may take: never more than a quarter of what may be spent."""
    tokens = (spending.call_tokens, limits.tokens, spending.user_day_tokens, spending.day_tokens)
    quarters = [max(1, one // 4) for one in tokens if one is not None]
    return min([settings.models.max_output_tokens, *quarters])
