"""Proof: the files are rewritten without what was deleted, then read to the last byte."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

from surefoot.errors import StorageError
from surefoot.memory import Embedder, Scan, needles_of_vectors, scan_files

from .budgets.ledger import SpendLedger, account_of_run, account_of_user
from .erasures import Erasure
from .receipts import Receipt, hashed
from .runs.erasing import Erased


def cleaned(folder: Path, erasure: Erasure, *, answers: bool) -> int:
    """Rewrite the databases without what was deleted; return how many accounts went with it.

    Kept answers of models go too where `answers` says that nobody has them open. Blocks.
    """
    accounts = _forget_spending(folder, erasure)
    if answers:
        _drop_answers(folder)
    _scrub_databases(folder)
    return accounts


def scanned(
    folder: Path,
    erasure: Erasure,
    vectors_of: Sequence[str],
    *,
    embedder: Embedder,
    but: Collection[Path],
) -> Scan:
    """Read every file, except `but`, and look for what was erased. Blocks."""
    needles = {bytes.fromhex(needle) for needle in erasure.needles}
    if vectors_of:
        needles |= needles_of_vectors(embedder.embed(vectors_of))
    return scan_files(folder, needles, but=but)


def receipt_for(
    erasure: Erasure,
    erased: Erased,
    found: Scan | None,
    *,
    accounts: int,
    now: str,
    unscanned: Sequence[str],
) -> Receipt:
    """Return the receipt of an erasure."""
    counted = erasure.counted
    return Receipt(
        receipt_id=erasure.erasure_id,
        tenant=erasure.tenant,
        user=hashed(erasure.user),
        thread=hashed(erasure.thread),
        query=hashed(erasure.query),
        asked_at=erasure.asked_at,
        finished_at=now,
        removed=replace(
            counted,
            runs=max(counted.runs, erased.runs),
            events=max(counted.events, erased.events),
            calls=erased.calls,
            recordings=erased.recordings,
            threads=max(counted.threads, erased.threads),
            changed=erased.changed,
            accounts=accounts,
        ),
        files=found.files if found else 0,
        bytes=found.size if found else 0,
        needles=found.needles if found else 0,
        hits=len(found.residue) if found else 0,
        residue=found.residue if found else (),
        also_live=found.also_live if found else 0,
        unscanned=tuple(unscanned),
    ).sealed()


def _scrub_databases(folder: Path) -> None:
    """Rewrite every database of the folder so that no byte of a deleted row is left."""
    for file in sorted((*folder.rglob("*.db"), *folder.rglob("*.sqlite"))):
        try:
            with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as database:
                database.execute("VACUUM")
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise StorageError(
                f"{str(file)!r} cannot be rewritten without what was forgotten: {error}. "
                "Free some space, close what else uses it, and start again: it is then finished."
            ) from error


def _forget_spending(folder: Path, erasure: Erasure) -> int:
    if not (file := folder / "spending.sqlite").exists():
        return 0
    names = [account_of_run(run_id) for run_id in erasure.runs]
    if erasure.is_of_person:
        names.append(account_of_user(erasure.scope))
    ledger = SpendLedger(file)
    try:
        return ledger.forget_accounts(names)
    finally:
        ledger.close()


def _drop_answers(folder: Path) -> None:
    """Delete the files of kept answers, which are made anew when they are needed."""
    for file in folder.glob("answers.sqlite*"):
        file.unlink()
    rmtree(folder / "questions", ignore_errors=True)
