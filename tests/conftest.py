"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes depends on what else the machine is doing; what may not take for ever has a test of its own.
settings.register_profile("whatever the machine is doing", deadline=None)
settings.load_profile("whatever the machine is doing")
