"""What nations say to one another: composed, proven, kept and answered, each by one function."""
