"""The console: pages in Japanese and English."""
