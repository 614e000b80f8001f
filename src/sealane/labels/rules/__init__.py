"""What a scheme allows and asks: checking, merging, access, and choices still open."""
