"""Budgets: what calls, users and days may spend, kept before the call that would exceed it."""

from .ledger import SpendLedger, Spent
from .metered import MeteredModel, SpendLimits

__all__ = ["MeteredModel", "SpendLedger", "SpendLimits", "Spent"]
