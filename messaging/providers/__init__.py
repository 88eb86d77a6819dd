"""The edge to SMS providers: one adapter per provider, all behind `base.Provider`.

Nothing above this package sees a provider's words: an adapter turns them into the types of `base`. Django
is not imported here, so that adapters can be tested, and the simulator run, without it.
"""
