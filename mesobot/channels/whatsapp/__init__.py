"""Chats on WhatsApp, over the Cloud API."""
