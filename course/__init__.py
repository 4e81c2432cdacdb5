"""How the course is written, built, checked and graded: ``python -m course VERB``."""
