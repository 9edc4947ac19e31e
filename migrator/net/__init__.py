"""The one way to the network: time-outs, limits, address guard, redaction.

    client = Client()
    reply = client.get("https://issuer.example/assertion.json")

Every failure to get an answer is an `Unreachable` that says why and whether the request may have
arrived; an answer of any status is a `Reply`.
"""

from migrator.net.client import Client
from migrator.net.limits import RateLimiter, retry_after
from migrator.net.redaction import redact
from migrator.net.reply import Reply
from migrator.net.trouble import Unreachable

__all__ = ["Client", "RateLimiter", "Reply", "Unreachable", "redact", "retry_after"]
