"""Parametric heads: the open head, FLAME files, eyeballs, mouth and their fitting."""
