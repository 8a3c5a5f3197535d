"""Controls that several panels share; they paint themselves in the colours of the theme."""
