"""Faults of providers, each a type that says who must act and what is worth trying.

ModelError
└── ProviderFault
    ├── KeyRefused        the operator sets a valid key
    ├── QuotaSpent        the operator pays or raises the quota
    ├── ModelUnknown      the operator names a model that exists
    ├── RequestRefused    the programmer mends the request
    ├── ContextOverflow   the caller shortens; the model layer has tried once
    ├── ContentRefused    the caller asks in other words
    ├── ImagesRefused     the caller sends no pictures, or the operator another model
    ├── RateLimited       nobody: wait
    ├── ProviderDown      the provider
    ├── Unreachable       the operator starts the server or mends the address
    ├── Stalled           the provider
    ├── StreamBroken      the provider
    ├── UnusableReply     the operator chooses a model that is better at this
    │   └── EmptyAnswer   … it said nothing at all
    └── CircuitOpen       nobody: the provider is left alone for a while
"""

from __future__ import annotations

from typing import ClassVar, Literal

from surefoot.errors import ModelError

Who = Literal["nobody", "provider", "operator", "programmer", "caller"]


class ProviderFault(ModelError):
    """A provider did not give a whole answer."""

    who: ClassVar[Who] = "provider"
    """Who must act."""
    again: ClassVar[bool] = False
    """True when the same model may answer if asked once more."""
    elsewhere: ClassVar[bool] = True
    """True when another model may answer."""
    is_outage: ClassVar[bool] = False
    """True when it tells of the provider's health, so that the circuit breaker counts it."""


class KeyRefused(ProviderFault):
    """The provider does not accept the key."""

    who = "operator"


class QuotaSpent(ProviderFault):
    """The account has no money or quota left; waiting does not help."""

    who = "operator"


class ModelUnknown(ProviderFault):
    """The provider has no model of that name."""

    who = "operator"


class RequestRefused(ProviderFault):
    """The provider calls the request invalid, and would again."""

    who = "programmer"
    elsewhere = False


class ContextOverflow(ProviderFault):
    """The conversation is longer than the model can read."""

    who = "caller"


class ContentRefused(ProviderFault):
    """The provider's content filter, or the model itself, refuses."""

    who = "caller"
    elsewhere = False


class ImagesRefused(ProviderFault):
    """The model does not look at pictures."""

    who = "caller"


class RateLimited(ProviderFault):
    """Too many requests; `retry_after` says when to come back, if the provider told."""

    who = "nobody"
    again = True


class ProviderDown(ProviderFault):
    """The provider failed or is overloaded."""

    again = True
    is_outage = True


class Unreachable(ProviderFault):
    """No connection to the provider could be made."""

    who = "operator"
    again = True
    is_outage = True


class Stalled(ProviderFault):
    """The provider kept silent for longer than it may."""

    again = True
    is_outage = True


class StreamBroken(ProviderFault):
    """The stream was cut off, dropped, or held what is not valid."""

    again = True
    is_outage = True


class UnusableReply(ProviderFault):
    """The model wrote what its server cannot read as a message."""

    who = "operator"
    again = True


class EmptyAnswer(UnusableReply):
    """The model ended its message without a word and without a tool call."""


class CircuitOpen(ProviderFault):
    """The provider has failed so often that it is left alone for a while."""

    who = "nobody"
