"""From a photo to one person: reading, finding, cropping, matting, regions, background."""
