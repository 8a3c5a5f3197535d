"""placeholder"""
from __future__ import annotations
def is_human_face(image, landmarks):
    return True
