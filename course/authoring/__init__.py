"""From one source per lab to the worked solution and to what a student gets, and the checks on both."""
