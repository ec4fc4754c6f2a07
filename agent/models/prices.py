"""Prices: what a model's tokens cost, from the list that `genai-prices` carries.

The list is the one in the installed package; it is never downloaded. A model that is not in it has
no price, and then no cost is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from surefoot.model import Finished

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider


class Price(Protocol):
    """Knows what a model's calls cost."""

    def of(self, finished: Finished) -> Finished:
        """Return the end of a message with its cost."""
        ...

    def worst(self, input_tokens: int, output_tokens: int) -> float:
        """Return what a call costs at most, in US dollars."""
        ...


@dataclass(frozen=True, slots=True)
class Free:
    """The price of what runs on this machine."""

    def of(self, finished: Finished) -> Finished:
        """Return the end of a message with a cost of nothing."""
        return replace(finished, cost_usd=0.0)

    def worst(self, input_tokens: int, output_tokens: int) -> float:
        """Return nothing."""
        return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatPrice:
    """A price that the operator states, in US dollars for a million tokens."""

    input_usd: float
    output_usd: float
    cached_usd: float | None = None
    """For input read from the provider's cache; like other input when None."""

    def of(self, finished: Finished) -> Finished:
        """Return the end of a message with its cost."""
        cached = finished.cached_tokens
        fresh = finished.input_tokens - cached
        rate = self.input_usd if self.cached_usd is None else self.cached_usd
        cost = fresh * self.input_usd + cached * rate + finished.output_tokens * self.output_usd
        return replace(finished, cost_usd=cost / 1e6)

    def worst(self, input_tokens: int, output_tokens: int) -> float:
        """Return what a call costs when nothing is read from a cache."""
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / 1e6


@dataclass(frozen=True, slots=True)
class ListPrice:
    """A price from the list."""

    provider: Provider
    model: ModelInfo

    def of(self, finished: Finished) -> Finished:
        """Return the end of a message with its cost."""
        cost = self._cost(
            finished.input_tokens,
            finished.output_tokens,
            finished.cached_tokens,
            finished.stored_tokens,
        )
        return replace(finished, cost_usd=cost)

    def worst(self, input_tokens: int, output_tokens: int) -> float:
        """Return what a call costs when nothing is read from a cache and all of it is stored."""
        plain = self._cost(input_tokens, output_tokens, 0, 0)
        return max(plain, self._cost(input_tokens, output_tokens, 0, input_tokens))

    def _cost(self, input_tokens: int, output_tokens: int, cached: int, stored: int) -> float:
        from genai_prices import Usage

        usage = Usage(
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cache_read_tokens=cached,
            cache_write_tokens=stored,
        )
        return float(self.model.calc_price(usage, self.provider).total_price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the list says of a model."""

    price: Price | None
    context_tokens: int | None = None


UNLISTED = Listing(price=None)


@cache
def listing(provider: str, model: str) -> Listing:
    """Return what the list says of a provider's model; nothing when it or the list is missing."""
    if find_spec("genai_prices") is None:
        return UNLISTED
    from genai_prices.data_snapshot import get_snapshot

    try:
        found, info = get_snapshot().find_provider_model(model, None, provider, None)
    except LookupError:
        return UNLISTED
    return Listing(price=ListPrice(found, info), context_tokens=info.context_window)
