"""The chat on the clinic's website. Guide: docs/web-channel.md, protocol: docs/web-protocol.md."""
