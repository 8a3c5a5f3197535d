"""The preset panel: named poses as pictures."""
