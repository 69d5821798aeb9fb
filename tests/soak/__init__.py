"""``make soak``: production under mixed load while its parts are killed, and whether promises hold.

Sixteen visitors of the website and eight patients on WhatsApp say what people say; a seeded hand
kills and stops processes. What everybody said and got is recorded, and judged afterwards.
"""
