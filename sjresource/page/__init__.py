"""The queue page: job queues, their shares and their jobs, as a person sees them in a browser.

The emulator serves it about itself, `sjresource dashboard` about AWS. Both give it the answers of
AWS's own API (`answers`), and it knows nothing else of them: it imports neither.

    answers     what it asks for
    queues, waiting, jobs, attempts, details    from answers to what is shown: pure
    journal     what has changed since a page asked last
    looking     asks for everything, and keeps what was answered
    overview    what a page is told, and how often is looked
    door        who is let in
    site        the routes, as a WSGI application
    serving, connections    a server of its own, for whoever has none
    static      what runs in the browser

A page never gets a payload, hyperparameters, environments or tags: what is shown is picked by name.
"""

from sjresource.page.app import Controls, Site
from sjresource.page.source import Answers, UnansweredError

__all__ = ["Answers", "Controls", "Site", "UnansweredError"]
