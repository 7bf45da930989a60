"""From the door to a service: who comes in, and which service is asked."""
