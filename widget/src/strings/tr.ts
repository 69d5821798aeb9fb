// Sohbetin Türkçe sözcükleri. Anahtarlar en.ts ile aynıdır.

import type { Strings } from './en';

export const tr: Strings = {
  dir: 'ltr',
  title: 'Klinik asistanı',
  subtitle: 'Otomatik · doktor değil',
  greeting: 'Nasıl yardımcı olabiliriz?',
  disclosure: 'Ben kliniğin otomatik asistanıyım, doktor değilim.',
  scope: 'Mezoterapiyle ilgili soruları kliniğin kendi makalesine dayanarak yanıtlarım.',
  privacy: 'Lütfen ad ve sağlık bilgilerinizi yazmayın.',
  privacyLink: 'Mesajlarınız nasıl işlenir?',
  suggestions: 'Şunlarla başlayabilirsiniz',

  close: 'Sohbeti kapat',
  clear: 'Sohbeti sil',
  clearQuestion: 'Bu sohbet silinsin mi?',
  clearNote: 'Hem buradan hem de kliniğin asistanından silinir. Bu işlem geri alınamaz.',
  clearYes: 'Sil',
  clearNo: 'Vazgeç',
  clearFailed: 'Sohbet şu anda silinemedi. Lütfen birazdan yeniden deneyin.',
  cleared: 'Sohbet silindi.',

  log: 'Sohbet',
  you: 'Siz',
  assistant: 'Asistan',
  writing: 'Asistan yazıyor',
  source: 'Kaynak',
  today: 'Bugün',
  yesterday: 'Dün',
  replies: 'Önerilen yanıtlar. Numarasını da yazabilirsiniz.',
  chosen: 'Göndermek için Enter’a basın: {title}',
  newTab: 'yeni sekmede açılır',

  message: 'Mesajınız',
  placeholder: 'Sorunuzu yazın',
  send: 'Gönder',
  left: '{n} karakter kaldı',
  tooLong: 'Lütfen mesajınızı {n} karakter kısaltın.',

  waiting: 'Gönderilmeyi bekliyor',
  sending: 'Gönderiliyor',
  notSent: 'Gönderilemedi.',
  again: 'Yeniden dene',
  edit: 'Düzenle',

  connecting: 'Bağlanıyor …',
  lost: 'Bağlantı koptu. Yeniden bağlanıyorum; yazdıklarınız kaybolmaz.',
  unreachable: 'Kliniğin asistanına şu anda ulaşamıyorum. Denemeyi sürdürüyorum.',
  offline: 'Çevrimdışısınız. Mesajlarınız bağlantı gelir gelmez gönderilecek.',
  outdated: 'Bu sayfa uzun süredir açık ve sohbet yenilendi. Lütfen sayfayı yeniden yükleyin.',
  online: 'Yeniden bağlandı.',
  limited: 'Lütfen biraz bekleyin, art arda çok mesaj geldi. {n} sn sonra devam ediyorum; hiçbir şey kaybolmadı.',
  inEmergency: 'Acil durumda {number} numarasını arayın.',
  startedAnew: 'Önceki sohbet sona erdi; bu yeni bir sohbet.',

  emergency: 'Acil durum',
  distress: 'Lütfen bununla yalnız kalmayın',
  doctorToday: 'Lütfen önce bunu okuyun',
  call: '{number} numarasını ara',

  whatsapp: 'WhatsApp’tan yazın',
  email: 'E-posta gönderin',
  showQr: 'QR kodunu göster',
  hideQr: 'QR kodunu gizle',
  qr: 'QR kodu: WhatsApp’ı açmak için telefonunuzun kamerasını tutun',
  qrHint: 'Telefonunuzla okutun',

  unreadOne: '1 yeni mesaj',
  unreadMany: '{n} yeni mesaj',
  answersIn: 'Asistan şimdilik yalnızca İngilizce yanıt veriyor.',
};
