"""Fixtures of the course's tests."""

from authoring_demo import demo

__all__ = ["demo"]
