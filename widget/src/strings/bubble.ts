// The launcher's own words, in all languages: it must not wait for a file to show its label.

export const bubble: Record<string, { label: string; open: string; failed: string }> = {
  en: {
    label: 'Ask a question',
    open: 'Open the chat',
    failed: 'The chat could not be loaded. Please try again.',
  },
  ar: {
    label: 'اطرح سؤالًا',
    open: 'فتح المحادثة',
    failed: 'تعذّر تحميل المحادثة. يُرجى المحاولة مرة أخرى.',
  },
  tr: {
    label: 'Soru sorun',
    open: 'Sohbeti aç',
    failed: 'Sohbet yüklenemedi. Lütfen yeniden deneyin.',
  },
};
