"""The application: command line, session, engine, drivers, delivery and window."""
