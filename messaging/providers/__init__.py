"""The edge to SMS providers: one adapter per provider, all behind `base.Provider`.

Nothing above this package sees a provider's words: an adapter turns them into the types of `base`. No adapter
imports Django, so that it can be tested, and the simulator run, without; `accounts` alone joins the two.
"""
