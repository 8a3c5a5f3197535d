"""Pictures of every screen of the studio with a real portrait, to be looked at.

python -m tests.screenshots OUT_DIR [--portrait PHOTO] [--theme dark|light|both] [--size WxH]

Without a display the window is drawn off screen.
"""
