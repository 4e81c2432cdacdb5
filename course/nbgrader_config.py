"""Stock nbgrader from this folder: ``cd course && nbgrader generate_assignment 01_image_filters --force``.

It gives the same notebooks as ``python -m course build``. What a class hands in, and what becomes of it, stays
below course/ and out of git.
"""

c = get_config()  # type: ignore[name-defined]  # noqa: F821, nbgrader puts it there

c.CourseDirectory.course_id = "pixels-to-edge"
c.CourseDirectory.source_directory = "../solutions"
c.CourseDirectory.release_directory = "../labs"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"
c.CourseDirectory.db_url = "sqlite:///gradebook.db"
# The source and the answers would otherwise be copied to the students.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "*.py", "answers"]

# As long as `python -m course grade` gives a cell.
c.ExecutePreprocessor.timeout = 30
