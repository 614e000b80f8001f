"""An item's way between nations: released, received, recalled, relabelled, sealed anew."""
