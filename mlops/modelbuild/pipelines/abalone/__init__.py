"""How old is an abalone?"""
