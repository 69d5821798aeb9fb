// WhatsApp's marks as elements: *bold*, _italic_, ~struck~, ```code```, quotes, and links.
// Everything goes in as text; nothing that is written can become markup.

const STYLES = { '*': 'strong', _: 'em', '~': 's' };
const TOKEN = /```([^]+?)```|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\2(?![\p{L}\p{N}])|https:\/\/[^\s<>"]+[^\s<>".,;:!?)]/gu;

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

function link(address) {
  const made = element('a', address);
  made.href = address;
  made.target = '_blank';
  made.rel = 'noopener noreferrer';
  return made;
}

function inline(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(TOKEN)) {
    parts.push(text.slice(end, found.index));
    const [whole, code, mark, inner] = found;
    if (code) parts.push(element('code', code));
    else if (mark) parts.push(element(STYLES[mark], ...inline(inner)));
    else parts.push(link(whole));
    end = found.index + whole.length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== '');
}

/** The elements that a message's text stands for. */
export function formatted(text) {
  return text.split(/\n(?=> )|(?<=^> [^\n]*)\n/m).map((block) =>
    block.startsWith('> ') ? element('blockquote', ...inline(block.slice(2))) : element('p', ...inline(block)));
}
