"""The sections of the page Head to head: two products on the scale, in money and item by item."""
