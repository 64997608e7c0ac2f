"""The plugin's process: `serving` starts it, `servicer` answers each request of the protocol."""

from sjresource.process.garbage import search_seldom

search_seldom()  # before the rest is imported: that is when Python would search most
