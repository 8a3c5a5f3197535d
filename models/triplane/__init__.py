"""Tri-plane fields, their decoder and the dense reference renderer."""
