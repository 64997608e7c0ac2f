"""What Pulumi runs of this folder: the provider of the sjresource that is installed for it."""

from sjresource.native.plugin.serving import main

main()
