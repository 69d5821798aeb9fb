"""What is kept of chats on WhatsApp, in the database of the requests. No Rasa in here.

People, the messages of theirs that wait for an answer, and the answers that wait to be sent. Texts
are sealed, and emptied as soon as they have served their purpose; conversations themselves are
kept by Rasa, as on every channel.
"""
