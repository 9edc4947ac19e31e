"""What people look at: status now, totals, one learner's story."""
