// What the templates see of the chat, and what they can ask it to do.

import type { Choice, Facts } from '../protocol';
import type { Options } from '../options';
import type { Outgoing, State } from '../state';
import type { Strings } from '../strings';

export interface View {
  state: State;
  words: Strings;
  language: string;
  facts: Facts;
  options: Options;
  draft: string;
  /** Number (from 1) of the choice that a typed digit points at; 0 for none. */
  pointed: number;
  confirming: boolean;
  clearFailed: boolean;
  /** Seconds until messages are taken again. */
  limitedFor: number;
  /** QR pictures by the address they lead to; null while they are being drawn. */
  pictures: ReadonlyMap<string, { size: number; path: string } | null>;
  actions: Actions;
}

export interface Actions {
  close: () => void;
  say: (text: string) => void;
  choose: (choice: Choice) => void;
  again: (message: Outgoing) => void;
  edit: (message: Outgoing) => void;
  askClear: () => void;
  keep: () => void;
  clear: () => void;
  picture: (href: string) => void;
  typed: (event: InputEvent) => void;
  key: (event: KeyboardEvent) => void;
  submit: (event: SubmitEvent) => void;
}
