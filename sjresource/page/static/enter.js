// After the token has been exchanged for the cookie: on to the page, with what a link holds of it.
location.replace(`/${location.hash}`);
