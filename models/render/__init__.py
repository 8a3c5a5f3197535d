"""Fast rendering of posed avatars: rasterised proxy, narrow-band tri-plane samples."""
