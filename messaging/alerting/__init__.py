"""Critical alerts leave the desk: by mail to owners and by text to one phone, once, within five minutes.

`channels` says where they go, `proof` that they arrive there; `notify` is the tick, `letters` and `texts` are the two ways.
"""
