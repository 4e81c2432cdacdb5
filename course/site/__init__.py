"""The course as a site and as a picture."""
