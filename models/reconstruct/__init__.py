"""From a fitted head and a photo to surface, textures, planes and parts."""
