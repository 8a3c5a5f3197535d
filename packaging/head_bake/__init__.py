"""Steps of ``packaging/bake_head.py``, which makes the open head from MakeHuman's CC0 data."""
