"""The desk's pages as addresses: each view checks whose row it is and leaves the rest to the rooms beside
this one."""
