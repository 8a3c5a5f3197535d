"""The application: command line, session, engine, drivers, delivery and window."""

__version__ = "0.1.0"
