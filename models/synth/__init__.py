"""Synthetic heads: people made up from the open head, with known geometry behind every picture."""
