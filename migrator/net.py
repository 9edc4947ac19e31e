"""The one way to the network: time-outs, limits, address guard, redaction."""
