"""Data that Triptych carries: head, weights, motions; manifest.json describes the weights."""
