"""What ``harness alike --portfolio`` prints: sentences, tables and a part of its document."""
