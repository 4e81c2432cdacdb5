"""Grading: a class of submissions in, a gradebook, tables, feedback and a report out.

The steps, each a module: `preflight` (read, repair) -> `execute` (run in a forked process) -> `score` ->
`gradebook` (nbgrader's database) -> `tables`, `feedback`, `report`. `command` strings them together.
"""
