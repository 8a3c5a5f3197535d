"""The science of Triptych: numpy, numba and torch; never Qt, never the studio."""
