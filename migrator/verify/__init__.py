"""What can still be proven: the destination's verdict, predicted, and what hosts answer."""
