"""Events of the embedded AWS: the bus that services publish on, and the delivery to rule targets."""
