"""Grading: a class of submissions in, a gradebook, tables, feedback and a report out.

The steps, each a module: `preflight` (read, repair) -> `execute` (run in a forked process) -> `score` ->
`gradebook` (nbgrader's database) -> `tables`, `feedback`, `report`. `command` strings them together.
"""

import sys

# With this optional package jsonschema, which nbformat imports, compiles a grammar of web addresses for five seconds;
# no notebook has one to check.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
