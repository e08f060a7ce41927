"""Contract tests for money APIs: every verdict names the promise that it judges."""

__version__ = "0.1.0"
