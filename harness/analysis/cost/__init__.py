"""What capability costs: blended price, frontier, prices over time and across providers, own machines.

All money is in US dollars, prices are per million tokens. Which price is current, which one is trusted and which GPU a run used
is SQL's to say (views ``current_price``, ``trusted_price`` and ``gpu_offer``).
"""
