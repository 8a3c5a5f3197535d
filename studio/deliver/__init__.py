"""What leaves the studio: stills and clips."""
