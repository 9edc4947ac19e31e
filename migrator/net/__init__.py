"""The one way to the network: time-outs, limits, address guard, politeness, redaction."""

from migrator.net.client import Client, Reply
from migrator.net.limits import RateLimiter, retry_after
from migrator.net.redaction import redact
from migrator.net.trouble import Unreachable

__all__ = ["Client", "RateLimiter", "Reply", "Unreachable", "redact", "retry_after"]
