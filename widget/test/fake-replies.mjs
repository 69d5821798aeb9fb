// What the fake assistant says: real answers of ours, shortened where only their shape matters.

const whatsapp = {
  kind: 'whatsapp',
  href: 'https://wa.me/905431974320',
  text: '+90 543 197 43 20',
};
const article = 'From the clinic’s article';
const ask = (...titles) => titles.map((title) => ({ title, value: title }));

const REPLIES = [
  [
    /chest|breath|swollen tongue/i,
    {
      text:
        'This can be an emergency. Please call 112 now (Türkiye; elsewhere the local emergency number), and do not stay alone. I am an automated assistant and cannot judge it.',
      alarm: 'medical_emergency',
      topics: ['medical_emergency'],
    },
  ],
  [
    /hopeless|hurt myself/i,
    {
      text:
        'I am sorry that you feel so bad, and I am glad you said it. Please do not stay alone with it: talk to somebody you trust or to a doctor today. If you might hurt yourself, or somebody else is in danger, call 112 now (Türkiye; elsewhere the local emergency number). I am an automated assistant and cannot give you the help that a person can.',
      alarm: 'distress',
      topics: ['distress'],
    },
  ],
  [
    /pus|getting worse/i,
    {
      text:
        'Please have this looked at by a doctor today, and tell the clinic. If it gets worse quickly or you feel seriously unwell, call 112.',
      alarm: 'see_doctor_today',
      topics: ['see_doctor_today'],
      links: [whatsapp],
    },
  ],
  [
    /hurt|pain/i,
    {
      text:
        'Most people find it relatively painless. The needle is fine, and a numbing cream (a topical anesthetic) may be put on first. Afterwards the injection sites can be mildly tender; this is usually temporary and should go within a few days. Strong or growing pain is different: then contact the clinic or a doctor straight away.\n\nResults differ from person to person, so ask a physician before you decide.',
      label: article,
      topics: ['faq/pain'],
      choices: ask('Is there numbing?', 'Any downtime?', 'Any side effects?'),
    },
  ],
  [
    /numbing/i,
    {
      text:
        'If necessary, a numbing cream (a topical anesthetic) can be put on the skin before the injections, to make it more comfortable. I know of no other kind of anesthesia here.',
      label: article,
      topics: ['faq/anesthetic'],
      choices: ask('Any downtime?', 'Minutes per session?'),
    },
  ],
  [
    /what is mesotherapy|everything|long/i,
    {
      text:
        'Mesotherapy is a treatment with many very small injections into the middle layer of the skin, the mesoderm. What is injected is put together for the person: for example vitamins, minerals, amino acids, or hyaluronic acid.\n\nA session begins with cleaning the skin. A numbing cream may be put on. The practitioner then gives the injections with a fine needle or a mesotherapy gun, at a depth of one to four millimetres, over the area that is treated.\n\nAfterwards the skin can be red, swollen or tender, and small bruises may show. This is usually temporary. For the first day, avoid touching the area, sports, sauna, make-up and direct sun.\n\nHow often it is repeated depends on the skin and the aim. The practitioner makes a plan with the person, and looks at the skin again before each session.\n\nRead more: https://example.com/mesotherapy.',
      label: article,
      topics: ['faq/what_is'],
      choices: ask('Does it hurt?', 'How many sessions are needed?', 'Any side effects?'),
    },
  ],
  [
    /much is|price|cost/i,
    {
      text:
        'I cannot tell you anything about prices or payment. The clinic can, once they know what you need. Write to them on WhatsApp: https://wa.me/905431974320.',
      topics: ['unanswered/price'],
      links: [whatsapp, { kind: 'email', href: 'mailto:hello@clinic.example', text: 'hello@clinic.example' }],
    },
  ],
];

const FORM = [
  {
    text: 'With pleasure. How would you like to be reached?\n1. WhatsApp\n2. E-mail',
    choices: [
      { title: 'WhatsApp', value: 'WhatsApp' },
      { title: 'E-mail', value: 'E-mail' },
    ],
  },
  { text: 'What is your name?' },
  { text: 'What is your WhatsApp number?' },
  {
    text: 'What is it about? Choose from the list; please do not write about your health.',
    choices: ask('Pigment or dull skin', 'Lines or sagging', 'Dry skin', 'Acne scars', 'Cellulite', 'Something else'),
  },
  {
    text: 'When would you like to be contacted?',
    choices: ask('Any time', 'Weekday mornings', 'Weekday afternoons', 'Evenings', 'Weekend'),
  },
  {
    text:
      'Privacy: the clinic keeps your name, your number or address, and what you chose above, only to answer this request. Nobody else receives it. You can ask the clinic to delete it at any time.\n\nMay the clinic store this and contact you? Please answer “yes” or “no”.',
    choices: ask('Yes', 'No'),
  },
  {
    text: 'Saved. Your reference is M-7K3F9Q. The clinic will write to you on WhatsApp.',
    links: [whatsapp],
  },
];

/** The reply to a text; `session.form` counts the steps of the consultation form. */
export function reply(text, session) {
  if (/book|consultation/i.test(text)) session.form = 0;
  else if (session.form !== undefined) session.form += 1;
  if (session.form !== undefined && session.form < FORM.length) return FORM[session.form];
  session.form = undefined;
  const echo = /^echo /.test(text) && { text: text.slice(5) };
  const known = REPLIES.find(([pattern]) => pattern.test(text))?.[1];
  return (
    echo ||
    known || {
      text: 'I did not understand that. Could you say it in other words, or choose one of these?',
      choices: ask('Does it hurt?', 'Any side effects?', 'Talk to a person'),
    }
  );
}
