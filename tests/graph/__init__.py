"""A Graph API that is not WhatsApp's: for tests, and for `make run-whatsapp-demo`.

It lives beside the tests and not in the program, so that nothing that pretends to be WhatsApp is
ever installed; the demo uses the very same server, so it is as strict as what the tests enforce.
"""
