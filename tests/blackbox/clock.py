# SPDX-License-Identifier: MIT
"""How long something took, and how much longer than its limit it may take."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

# Seconds that a loaded machine may add to a deadline (contract, section 4); `make bench` reports the 50 ms.
SLACK = 0.5


def timed(call: Callable[[], Value]) -> tuple[Value, float]:
    start = time.monotonic()
    return call(), time.monotonic() - start
