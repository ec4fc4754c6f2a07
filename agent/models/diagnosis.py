"""Diagnosis: from what an SDK raises to the fault it means.

The SDKs of OpenAI and Anthropic let much through that is no error of theirs: broken JSON in a
stream and dropped connections come out raw. So exceptions are read by what they carry.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from email.utils import parsedate_to_datetime
from time import time

from surefoot.errors import SurefootError
from surefoot.model import ModelPart

from ..telemetry.redaction import HIDDEN, redacted
from .faults import (
    ContentRefused,
    ContextOverflow,
    ImagesRefused,
    KeyRefused,
    ModelUnknown,
    ProviderDown,
    ProviderFault,
    QuotaSpent,
    RateLimited,
    RequestRefused,
    Stalled,
    StreamBroken,
    Unreachable,
    UnusableReply,
)

_OVERFLOW = (
    "context_length_exceeded",
    "maximum context length",
    "prompt is too long",
    "exceeds the available context size",
    "exceed_context_size",
    "context window",
    "input is too long",
)
_SHORTEST_SECRET = 8
"""Shorter keys are words that stand for no key, such as `none`."""
_REFUSED_CONTENT = ("content_filter", "content_policy", "content management policy")
_BLIND = (
    "image input is not supported",
    "does not support image",
    "do not support image",
    "not support image",
    "not a multimodal model",
    "invalid content type. image_url",
    "image_url is only supported",
)
_NO_MONEY = ("insufficient_quota", "billing", "credit balance")
BLIND_ADVICE = "It looks at no pictures: choose a model that does, or ask without them."
_UNREADABLE = ("peg-native", "failed to parse tool call", "does not match the expected")


async def diagnosed(
    name: str, parts: AsyncGenerator[ModelPart], *, secret: str = ""
) -> AsyncGenerator[ModelPart]:
    """Pass on what an SDK streams, and raise the fault that an exception of its own means.

    An exception that tells a secret, such as the key, or what the model wrote, is not even named
    as the cause.
    """
    begun = False
    try:
        async with aclosing(parts):
            async for part in parts:
                begun = True
                yield part
    except SurefootError:
        raise
    except Exception as error:
        fault = as_fault(name, error, begun=begun, secret=secret)
        said = str(error)
        is_harmless = without_secret(said, secret) == said and not isinstance(fault, UnusableReply)
        raise fault from (error if is_harmless else None)


def as_fault(
    name: str, error: Exception, *, begun: bool = False, secret: str = ""
) -> ProviderFault:
    """Return the fault that `error` tells of; `begun` says whether a stream had begun."""
    status = _status(error)
    told = without_secret(_told(error), secret)
    if status is not None and status >= 400:
        return by_status(name, status, told, _retry_after(error))
    kinds = {base.__name__ for one in (error, error.__cause__) for base in type(one).__mro__}
    if kinds & {"APITimeoutError", "TimeoutException", "TimeoutError"}:
        return Stalled(f"{name} kept silent for too long. Ask again, or choose another model.")
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return StreamBroken(f"{name} sent a chunk that is no valid JSON. Ask again.")
    has_read = begun or kinds & {"RemoteProtocolError", "ReadError"}
    if has_read and kinds & {"TransportError", "APIConnectionError", "OSError"}:
        return StreamBroken(f"The connection to {name} dropped in mid-answer. Ask again.")
    if kinds & {"TransportError", "APIConnectionError", "OSError"}:
        return Unreachable(
            f"{name} cannot be reached: {told or type(error).__name__}. Check its address and "
            "whether the server runs."
        )
    if kinds & {"APIError"}:
        return by_words(name, told)
    return StreamBroken(f"{name} failed: {type(error).__name__}: {told}. Ask again.")


def by_status(name: str, status: int, told: str, after: float | None = None) -> ProviderFault:
    """Return the fault that a status tells of, with what the provider said beside it."""
    words = told.lower()

    def fault(kind: type[ProviderFault], advice: str) -> ProviderFault:
        return kind(f"{name} said {status}: {told}. {advice}", status=status, retry_after=after)

    if any(sign in words for sign in _BLIND):
        return fault(ImagesRefused, BLIND_ADVICE)
    if any(sign in words for sign in _OVERFLOW) and status in (400, 413, 422, 500):
        return fault(ContextOverflow, "The conversation is too long for it; ask for less at once.")
    if status == 429 and not any(sign in words for sign in _NO_MONEY):
        return fault(RateLimited, "Wait, or lower the concurrency.")
    if status in (402, 429) or (status == 400 and "credit balance" in words):
        return fault(QuotaSpent, "Raise the account's quota, or choose another provider.")
    if status in (401, 403):
        return fault(KeyRefused, "Set a valid key for it.")
    if status == 404:
        return fault(ModelUnknown, "Check the model's name; `surefoot doctor` lists those there.")
    if any(sign in words for sign in _REFUSED_CONTENT):
        return fault(ContentRefused, "Ask in other words.")
    if status == 500 and any(sign in words for sign in _UNREADABLE):
        # What is complained of is what the model wrote, which nobody has checked.
        advice = "The model wrote no valid message; choose a larger one."
        return UnusableReply(f"{name} said {status}. {advice}", status=status)
    if status in (408, 409, 425) or status >= 500:
        return fault(ProviderDown, "Ask again later; its status page may tell more.")
    return fault(RequestRefused, "The request must be mended before it is sent again.")


def by_words(name: str, told: str) -> ProviderFault:
    """Tell the fault of an error event inside a stream, which has no status of its own."""
    words = told.lower()
    if "rate_limit" in words or "rate limit" in words:
        return RateLimited(f"{name} said in mid-stream: {told}. Wait, or lower the concurrency.")
    if any(sign in words for sign in _OVERFLOW):
        return ContextOverflow(f"{name} said in mid-stream: {told}. Ask for less at once.")
    return ProviderDown(f"{name} said in mid-stream: {told}. Ask again later.")


def _status(error: Exception) -> int | None:
    status: object = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _told(error: Exception) -> str:
    """Return what the provider said, without the SDK's wrapping and without secrets."""
    return told_in(getattr(error, "body", None)) or str(error).rstrip(".")


def told_in(body: object) -> str:
    """Return what the body of an error says."""
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    if not isinstance(inner, Mapping):
        return ""
    said = [str(inner[key]) for key in ("code", "type", "message") if inner.get(key)]
    return " · ".join(said).rstrip(".")


def without_secret(told: str, secret: str) -> str:
    """Return what was told without the secret, and without what looks like one."""
    return redacted(told.replace(secret, HIDDEN) if len(secret) >= _SHORTEST_SECRET else told)


def _retry_after(error: Exception) -> float | None:
    """Return the seconds that the provider asks to wait."""
    headers: object = getattr(getattr(error, "response", None), "headers", None)
    if not isinstance(headers, Mapping):
        return None
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return max(0.0, float(milliseconds) / 1000)
        if not (value := headers.get("retry-after")):
            return None
        try:
            return max(0.0, float(value))
        except ValueError:
            return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except ValueError:
        return None
