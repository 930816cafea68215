"""casectl under torture: killed, cut off from its disk, crowded, refused. See bench/README.md."""
