"""Fixtures of the course's tests."""

from authoring_demo import demo
from grading_demo import graded_lab, server

__all__ = ["demo", "graded_lab", "server"]
