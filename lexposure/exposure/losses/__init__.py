"""What the exposures may come to: calculations of fines, probabilities, distributions, and how they add up."""
