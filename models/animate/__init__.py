"""Binding the proxy mesh to the head and deforming it by a pose."""
