// A QR code as one path, drawn only when somebody asks for it.

import { encode } from 'uqr';

export interface Picture {
  size: number;
  path: string;
}

export function draw(text: string): Picture {
  const { data, size } = encode(text, { ecc: 'M', border: 2 });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return { size, path };
}
