-- The second database: requests stand apart from conversations, with a backup of their own.
CREATE DATABASE requests OWNER mesobot;
