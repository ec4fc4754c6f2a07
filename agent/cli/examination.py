"""The examination: look at each part of a set-up and say how it is."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Iterator, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from surefoot.errors import ConfigurationError, DataDirInUse, StorageError, SurefootError
from surefoot.memory import MiniLM
from surefoot.settings import Settings

from ..data_dir import door_of
from ..models import chosen, make_model
from ..models.choose import ANTHROPIC_DEFAULT, OPENAI_DEFAULT
from ..models.reach import Reach, reach
from .examining_tools import mcp_servers, sandbox
from .finding import Finding
from .folder import open_rooms
from .host import Host
from .lines import counted
from .origins import origins_of

_REACH_SECONDS = 2.0
_SHOWN = 8
"""Models of a provider that are named."""


async def examine(host: Host) -> list[Finding]:
    """Look at everything; what is needed and does not work is a `fail`."""
    findings = [_python()]
    try:
        settings = host.settings()
    except ConfigurationError as error:
        return [*findings, Finding(state="fail", what="settings", told=str(error))]
    given = frozenset({"data_dir"} if host.data_dir is not None else ())
    findings += _settings(settings, given)
    asked = (_model(settings, host.model), _providers(settings, host.model))
    findings += [finding for found in await asyncio.gather(*asked) for finding in found]
    findings += await _data(settings)
    findings += [_embedding(), _meaning(settings)]
    findings += await sandbox(settings)
    findings += await mcp_servers(settings)
    findings += await _slack()
    findings += extras()
    return findings


def _python() -> Finding:
    version = metadata.version("surefoot")
    told = f"surefoot {version} on Python {platform.python_version()}, {platform.platform()}"
    return Finding(what="version", told=told)


def _settings(settings: Settings, given: frozenset[str]) -> list[Finding]:
    found = origins_of(settings, by_option=given)
    if not found:
        return [Finding(what="settings", told="all at their defaults")]
    return [Finding(what=f"setting {o.name}", told=f"{o.shown}, from {o.where}") for o in found]


async def _model(settings: Settings, given: str | None) -> list[Finding]:
    choice = chosen(settings)
    name, why = (given, "--model names it") if given else (choice.name, choice.why)
    told = f"{name}, because {why}"
    try:
        make_model(name, settings, MiniLM())
    except ConfigurationError as error:
        return [Finding(state="fail", what="model", told=told, advice=str(error))]
    if name == "embedded":
        advice = (
            "It plans by rules and is not a language model. For one, set OPENAI_API_KEY or "
            "ANTHROPIC_API_KEY, or SUREFOOT_MODEL=openai-compatible:MODEL@URL."
        )
        return [Finding(what="model", told=told, advice=advice)]
    if name.startswith("openai-compatible:"):
        return [Finding(what="model", told=told), await _server(name.partition("@")[2])]
    return [Finding(what="model", told=told)]


async def _server(url: str) -> Finding:
    """Try whether somebody listens where the model is said to be served."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_REACH_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError) as error:
        told = f"{url} does not answer ({error or 'too slow'})"
        advice = "Start the server, or mend the address behind the @ of the model's name."
        return Finding(state="fail", what="model server", told=told, advice=advice)
    writer.close()
    return Finding(what="model server", told=f"{url} answers")


async def _providers(settings: Settings, given: str | None) -> list[Finding]:
    if given:
        settings = settings.model_copy(update={"model": given})
    defaults = {
        "openai": f"openai:{OPENAI_DEFAULT}",
        "anthropic": f"anthropic:{ANTHROPIC_DEFAULT}",
    }
    return [_provider(one) for one in await reach(settings, defaults)]


def _provider(one: Reach) -> Finding:
    what = f"provider {one.provider}"
    price = "its price is known" if one.is_priced else "its price is not known"
    if not one.is_configured:
        return Finding(what=what, told=f"not configured ({one.model}, {price})", advice=one.trouble)
    if not one.is_reachable:
        told = f"{one.model} is configured and cannot be used; {price}"
        return Finding(state="warn", what=what, told=told, advice=one.trouble)
    if not one.models:
        return Finding(what=what, told=f"{one.model} is there; {price}")
    shown = ", ".join(one.models[:_SHOWN])
    more = f" and {len(one.models) - _SHOWN} more" if len(one.models) > _SHOWN else ""
    told = f"{one.model} is configured, the provider answers, {price}; it has {shown}{more}"
    return Finding(what=what, told=told)


async def _data(settings: Settings) -> list[Finding]:
    path = settings.data_dir
    if not path.exists():
        return [_new_folder(path)]
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    told = f"{path.absolute()}, {size / 1e6:.1f} MB"
    try:
        async with open_rooms(settings) as rooms:
            documents, tables = rooms.documents(), rooms.tables()
            paths = await documents.paths(tenant=settings.tenant) if documents else []
            names = [table.name for table in tables.tables()] if tables else []
    except DataDirInUse as error:
        if (door := door_of(path)) is not None:
            beside = f"{told}, which the server at {door.url} has; commands go through it"
            return [Finding(what="data folder", told=beside)]
        return [Finding(state="warn", what="data folder", told=told, advice=str(error))]
    except StorageError as error:
        return [Finding(state="fail", what="data folder", told=told, advice=str(error))]
    held = f"{told}, no other process uses it"
    return [
        Finding(what="data folder", told=held),
        _read_in("documents", counted(len(paths), "document"), paths),
        _read_in("tables", f"{counted(len(names), 'table')} ({', '.join(names)})", names),
    ]


def _new_folder(path: Path) -> Finding:
    parent = next(folder for folder in path.absolute().parents if folder.exists())
    if not os.access(parent, os.W_OK):
        told = f"{path.absolute()} does not exist and cannot be made"
        advice = "Choose another with SUREFOOT_DATA_DIR or --data-dir."
        return Finding(state="fail", what="data folder", told=told, advice=advice)
    told = f"{path.absolute()} will be made when it is needed"
    return Finding(state="warn", what="data folder", told=told, advice=_ADVICE_INGEST)


_ADVICE_INGEST = "Nothing has been read in yet; try `surefoot ingest FOLDER`."


def _read_in(what: str, told: str, found: Sequence[str]) -> Finding:
    if not found:
        return Finding(state="warn", what=what, told="none", advice=_ADVICE_INGEST)
    return Finding(what=what, told=told)


def _embedding() -> Finding:
    model = MiniLM()
    try:
        width = model.embed(["a test"]).shape[1]
    except (SurefootError, ImportError, OSError) as error:
        return Finding(state="fail", what="embedding model", told=model.name, advice=str(error))
    told = f"{model.name} works, {width} dimensions, on this machine"
    return Finding(what="embedding model", told=told)


def _meaning(settings: Settings) -> Finding:
    told = "on" if settings.checks.meaning else "off; SUREFOOT_CHECKS__MEANING=true turns it on"
    return Finding(what="reading for meaning", told=told)


async def _slack() -> list[Finding]:
    """Ask Slack about tokens, scopes and manifest, where the extra is installed and set up."""
    if find_spec("slack_bolt") is None:
        return []
    from surefoot.server import SlackSettings, check_slack

    try:
        checked = await check_slack(SlackSettings.load())
    except ConfigurationError as error:
        return [Finding(state="fail", what="slack", told=str(error))]
    return [
        Finding(state=one.state, what=one.what, told=one.told, advice=one.advice) for one in checked
    ]


def extras() -> Iterator[Finding]:
    """Tell of each optional extra whether all that it brings is installed."""
    ours = metadata.metadata("surefoot")
    needs = metadata.requires("surefoot") or []
    for extra in ours.get_all("Provides-Extra") or []:
        wanted = [need for need in needs if f'extra == "{extra}"' in need.replace("'", '"')]
        missing = [name for need in wanted if not _is_installed(name := _name(need))]
        if missing:
            told = f"not installed ({', '.join(missing)})"
            advice = f"Get it with `pip install 'surefoot[{extra}]'`."
            yield Finding(state="warn", what=f"extra {extra}", told=told, advice=advice)
        else:
            yield Finding(what=f"extra {extra}", told="installed")


def _name(requirement: str) -> str:
    return next(requirement[:at] for at, char in enumerate(f"{requirement} ") if char in " <>=!~;[")


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True
