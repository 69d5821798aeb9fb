// The theming playground: shows the chat as chosen, and what to copy for it.

const form = document.getElementById('bench');
const colours = ['accent', 'on-accent', 'paper', 'card', 'ink'];
const started = Object.fromEntries(new FormData(form));
const chat = () => document.querySelector('mesobot-chat');

const PAIRS = [
  ['on-accent', 'accent', 'The text on the main colour'],
  ['ink', 'paper', 'The text on the background'],
  ['ink', 'card', 'The text of the messages'],
  ['accent', 'paper', 'The main colour on the background'],
];

function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** What differs from the defaults, as CSS declarations. */
function declarations(chosen) {
  const changed = colours.filter((name) => chosen[name] !== started[name]);
  const lines = changed.map((name) => [`--mesobot-${name}`, chosen[name]]);
  if (chosen.radius !== started.radius) lines.push(['--mesobot-radius', `${chosen.radius}px`]);
  return lines;
}

function attributes(chosen) {
  return ['position', 'theme', 'language', 'label'].filter((name) => chosen[name]).map((name) => [name, chosen[name]]);
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** The launcher reads its attributes once, so another language or label needs another element. */
function renew(chosen) {
  const old = chat();
  const fresh = document.createElement('mesobot-chat');
  for (const [name, value] of attributes(chosen)) fresh.dataset[name] = value;
  old?.remove();
  document.body.append(fresh);
  return import(`../chat/mesobot.js?again=${Date.now()}`);
}

async function show(event) {
  const chosen = Object.fromEntries(new FormData(form));
  if (['language', 'label'].includes(event?.target.name)) await renew(chosen);
  const element = chat();
  if (element) {
    for (const name of [...colours, 'radius']) element.style.removeProperty(`--mesobot-${name}`);
    for (const [name, value] of declarations(chosen)) element.style.setProperty(name, value);
    for (const name of ['position', 'theme']) {
      if (chosen[name]) element.dataset[name] = chosen[name];
      else delete element.dataset[name];
    }
  }
  const poor = PAIRS.filter(([text, ground]) => contrast(chosen[text], chosen[ground]) < 4.5);
  const output = document.getElementById('contrast');
  output.classList.toggle('poor', poor.length > 0);
  output.textContent = poor.length
    ? `Hard to read: ${poor.map(([text, ground, name]) => `${name} (${contrast(chosen[text], chosen[ground]).toFixed(1)} to 1)`).join(', ')}. 4.5 to 1 is needed.`
    : 'All texts are easy to read (at least 4.5 to 1).';
  const source = new URL('../chat/mesobot.js', import.meta.url).href;
  const given = attributes(chosen).map(([name, value]) => `\n        data-${name}="${escaped(value)}"`);
  document.getElementById('tag').textContent = `<script type="module" src="${source}"${given.join('')}></script>`;
  const lines = declarations(chosen).map(([name, value]) => `  ${name}: ${value};`);
  document.getElementById('style').textContent = lines.length
    ? `mesobot-chat {\n${lines.join('\n')}\n}`
    : '/* nothing to change: these are the colours it comes with */';
}

form.addEventListener('input', show);
form.addEventListener('submit', (event) => event.preventDefault());
for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = 'Copy'), 2000);
  });
}
void show();
