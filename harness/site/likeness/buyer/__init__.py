"""What likeness means for a buyer, on Homogeneity: partners, cost, votes, what nobody solves, vendors."""
