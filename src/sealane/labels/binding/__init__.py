"""Labels carried by files, inside or beside them."""
