"""A stand-in for Pulumi's Python language host, for machines that can't download the release.

The engine runs Python programs through a gRPC server named `pulumi-language-python`. The official
one is a Go program that comes with Pulumi's release only; its Go module is not published, so an
engine that is built from modules has none. This package serves the same protocol
(`pulumirpc.LanguageRuntime`) and runs programs with Pulumi's own `pulumi-language-python-exec`.

It does not generate code (`pulumi package add`, `convert`), check types, attach debuggers, or know
Poetry. It needs grpcio and protobuf, and `pulumi.runtime.proto`, which is either the installed
SDK's or the bare folder that the build lays beside this package.
"""
