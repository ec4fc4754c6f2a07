"""Metered models: a call is refused before it is made when it might exceed what may be spent."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from surefoot.errors import ConfigurationError, LimitReached
from surefoot.model import ChatModel, Finished, ModelPart, ModelRequest

from ..models.prices import Price
from ..models.streaming import streamed
from ..models.window import tokens_of
from .ledger import SpendLedger, account_of_run, account_of_user

EVERYBODY = "*"
"""The account of all users together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendLimits:
    """What may be spent; None sets no limit. Days are of UTC."""

    call_tokens: int | None = None
    call_usd: float | None = None
    run_tokens: int | None = None
    run_usd: float | None = None
    user_day_tokens: int | None = None
    user_day_usd: float | None = None
    day_tokens: int | None = None
    day_usd: float | None = None

    @property
    def limit_money(self) -> bool:
        """True when one of them is of money."""
        money = (self.call_usd, self.run_usd, self.user_day_usd, self.day_usd)
        return any(one is not None for one in money)

    @property
    def are_set(self) -> bool:
        """True when there is any limit."""
        tokens = (self.call_tokens, self.run_tokens, self.user_day_tokens, self.day_tokens)
        return self.limit_money or any(one is not None for one in tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    name: str
    day: str
    what: str
    tokens: int | None
    usd: float | None


class MeteredModel:
    """A model whose calls are paid for from accounts.

    A call reserves what it may cost at most before it is made, so that calls side by side cannot
    exceed a limit together, and gives back what it did not use. Raises `LimitReached`.
    """

    def __init__(
        self,
        model: ChatModel,
        limits: SpendLimits,
        ledger: SpendLedger,
        *,
        price: Price | None,
        max_output_tokens: int,
        now: Callable[[], str],
    ) -> None:
        if limits.limit_money and price is None:
            raise ConfigurationError(
                f"What {model.name} costs is not known, so no limit of money can be kept. Set "
                "SUREFOOT_MODELS__PRICE_INPUT_USD and …_OUTPUT_USD, or limit tokens instead."
            )
        self._model = model
        self._limits = limits
        self._ledger = ledger
        self._price = price
        self._max_output_tokens = max_output_tokens
        self._now = now

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        """Yield the parts of the next message, if it can be paid for."""
        prompt = tokens_of(request)
        tokens = prompt + self._max_output_tokens
        usd = self._price.worst(prompt, self._max_output_tokens) if self._price else 0.0
        accounts = self._accounts(request)
        self._check(accounts, tokens, usd)
        self._add(accounts, tokens, usd)
        used, paid = prompt, 0.0 if self._price is None else self._price.worst(prompt, 0)
        try:
            async with aclosing(streamed(self._model, request)) as parts:
                async for part in parts:
                    if isinstance(part, Finished):
                        used = part.input_tokens + part.output_tokens
                        paid = part.cost_usd or 0.0
                    yield part
        finally:
            self._add(accounts, used - tokens, paid - usd)

    def _check(self, accounts: list[_Account], tokens: int, usd: float) -> None:
        limits = self._limits
        _within("tokens of a call", 0, tokens, limits.call_tokens)
        _within("US dollars of a call", 0.0, usd, limits.call_usd)
        for one in accounts:
            spent = self._ledger.spent(one.name, one.day)
            _within(f"tokens of {one.what}", spent.tokens, tokens, one.tokens)
            _within(f"US dollars of {one.what}", spent.usd, usd, one.usd)

    def _accounts(self, request: ModelRequest) -> list[_Account]:
        limits, occasion = self._limits, request.occasion
        day = self._now()[:10]
        found = [
            _Account(
                name=account_of_run(occasion.run_id),
                day=day,
                what="a run",
                tokens=limits.run_tokens,
                usd=limits.run_usd,
            ),
            _Account(
                name=EVERYBODY,
                day=day,
                what="a day",
                tokens=limits.day_tokens,
                usd=limits.day_usd,
            ),
        ]
        if (scope := occasion.scope) is not None:
            found.append(
                _Account(
                    name=account_of_user(scope),
                    day=day,
                    what="a user's day",
                    tokens=limits.user_day_tokens,
                    usd=limits.user_day_usd,
                )
            )
        return [one for one in found if one.tokens is not None or one.usd is not None]

    def _add(self, accounts: list[_Account], tokens: int, usd: float) -> None:
        for one in accounts:
            self._ledger.add(one.name, one.day, tokens, usd)


def _within(what: str, spent: float, more: float, allowed: float | None) -> None:
    if allowed is not None and spent + more > allowed:
        raise LimitReached(what, used=spent, allowed=allowed)
