"""What the repository makes of itself: pages, pictures and releases. No part of the package."""
