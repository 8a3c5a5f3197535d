"""One module for each command of `triptych`."""
