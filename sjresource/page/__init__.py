"""The queue page: job queues, their shares and their jobs, in a browser.

The emulator serves it about itself, `sjresource dashboard` about AWS. Both give it the answers of
AWS's API (`source`), of which `sjresource.status` knows the meaning. In their order:

    auth        lets in the browser that was given the page's URL
    app         the routes, as a WSGI application
    overview    the answers to a browser; reads are shared, and as rare as the source wants
    snapshot    reads everything that is shown, and keeps the last answers
    views       queues and jobs in the shape of the page's JSON
    change_log  finds what has changed since a browser asked last
    server      a server of its own, for whoever has none
    static      what runs in the browser

A page never gets a payload, environments or tags, and of hyperparameters numbers alone: what is
shown is picked by name.
"""

from sjresource.page.app import Controls, PageApp
from sjresource.page.source import DataSource, SourceError

__all__ = ["Controls", "DataSource", "PageApp", "SourceError"]
