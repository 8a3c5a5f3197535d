"""What is open: evented, undoable, serialisable state. No Qt, no rendering."""
