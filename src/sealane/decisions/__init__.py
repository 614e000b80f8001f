"""One pure answer with its reasons."""
