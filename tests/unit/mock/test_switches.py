"""Faults and variants: registered properly, and each of them does something.

Whether the suite catches a fault is proved elsewhere; here a fault only has to change an answer to one of some hundred requests.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

import contracts.clauses
import contracts.mock.faults.protocol
from contracts import signing, wire
from contracts.mock.app import Mock, Operation
from contracts.mock.identities import FIRST, SECOND, Tenant
from contracts.mock.messages import CREATE_ALLOCATION, CREATE_ASSET, SIGNING_PAYLOAD, Asked
from contracts.mock.operations import create_allocation, create_asset, signing_payload
from contracts.mock.switches import FAULTS, UnknownSwitch, all_faults, all_variants, fault, select
