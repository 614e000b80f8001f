"""Two registers and two logs held against one another, and an item's evidence put together."""
