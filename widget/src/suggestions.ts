// First questions to offer. In the assistant's language, since they are sent as they are.

export const suggestions = [
  'What is mesotherapy?',
  'Does it hurt?',
  'How many sessions are needed?',
  'Book a consultation',
];
export const suggestionsLanguage = 'en';
