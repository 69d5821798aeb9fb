// English words of the chat. Other languages have one file each, with the same keys.
// {n}, {number} and the like are filled in; a test compares keys and marks of all languages.

export const en = {
  dir: 'ltr',
  title: 'Clinic assistant',
  subtitle: 'Automated · not a doctor',
  greeting: 'How can we help?',
  disclosure: 'I am the clinic’s automated assistant, not a doctor.',
  scope: 'I answer questions about mesotherapy from the clinic’s own article.',
  privacy: 'Please leave out names and details of your health.',
  privacyLink: 'How your messages are handled',
  suggestions: 'You could begin with',

  close: 'Close chat',
  clear: 'Clear chat',
  clearQuestion: 'Clear this conversation?',
  clearNote: 'It is erased here and at the clinic’s assistant. This cannot be undone.',
  clearYes: 'Clear',
  clearNo: 'Keep',
  clearFailed: 'The conversation could not be cleared just now. Please try again in a moment.',
  cleared: 'The conversation has been cleared.',

  log: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  writing: 'The assistant is writing',
  source: 'Source',
  today: 'Today',
  yesterday: 'Yesterday',
  replies: 'Suggested replies. You can also type the number.',
  chosen: 'Press Enter to send: {title}',
  newTab: 'opens in a new tab',

  message: 'Your message',
  placeholder: 'Write your question',
  send: 'Send',
  left: '{n} characters left',
  tooLong: 'Please shorten your message by {n} characters.',

  waiting: 'Waiting to be sent',
  sending: 'Sending',
  notSent: 'Not sent.',
  again: 'Try again',
  edit: 'Edit',

  connecting: 'Connecting …',
  lost: 'The connection was lost. I am reconnecting; nothing you write is lost.',
  unreachable: 'I cannot reach the clinic’s assistant at the moment. I keep trying.',
  offline: 'You are offline. Your messages are sent as soon as you are back.',
  outdated: 'This page has been open for long, and the chat was renewed. Please reload the page.',
  online: 'Connected again.',
  limited: 'One moment, please: that was a lot at once. I go on in {n} s; nothing is lost.',
  inEmergency: 'In an emergency call {number}.',
  startedAnew: 'The earlier conversation has ended, so this one begins anew.',

  emergency: 'Emergency',
  distress: 'Please do not stay alone with this',
  doctorToday: 'Please read this first',
  call: 'Call {number}',

  whatsapp: 'Write on WhatsApp',
  email: 'Write an e-mail',
  showQr: 'Show QR code',
  hideQr: 'Hide QR code',
  qr: 'QR code: point your phone’s camera at it to open WhatsApp',
  qrHint: 'Scan it with your phone',

  unreadOne: '1 new message',
  unreadMany: '{n} new messages',
  answersIn: '',
};

export type Strings = Record<keyof typeof en, string>;
