"""How moto is plugged into: the only writer into its classes."""
