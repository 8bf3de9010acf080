import { isNcName } from '../xml/names.ts';

/**
 * JSON keys as element names and back, as WSO2 writes them:
 * - a key that starts with a digit: _JsonReader_PD_32x32
 * - a key that starts with "$": _JsonReader_PS_ref
 * - any other character no XML name may hold: _JsonReader_32_ for a blank, by its code
 * Source: MI documentation "JSON transformations", settings as shipped plus buildValidNCNames.
 */
export function elementName(key: string): string {
  const found = names.get(key);
  if (found !== undefined) return found;
  const name = makeName(key);
  if (names.size >= NAMES_LIMIT) names.clear();
  names.set(key, name);
  return name;
}

// The same keys come again with every message.
const names = new Map<string, string>();
const NAMES_LIMIT = 2000;

function makeName(key: string): string {
  const first = key.charCodeAt(0);
  if (first >= 48 && first <= 57) return `_JsonReader_PD_${escapeRest(key)}`;
  if (first === 36) return `_JsonReader_PS_${escapeRest(key.slice(1))}`;
  if (isNcName(key)) return key;
  if (key === '') return '_JsonReader_';
  const head = String.fromCodePoint(key.codePointAt(0)!);
  return (isNcName(head) ? head : coded(head)) + escapeRest(key.slice(head.length));
}

export function jsonKey(name: string): string {
  if (!name.includes('_JsonReader_')) return name;
  const unprefixed = name.startsWith('_JsonReader_PD_')
    ? name.slice(15)
    : name.startsWith('_JsonReader_PS_')
      ? `$${name.slice(15)}`
      : name;
  const plain = unprefixed.replace(/_JsonReader_(\d{1,7})_/g, (all, digits: string) => {
    const code = Number(digits);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
  return plain === '_JsonReader_' ? '' : plain;
}

function escapeRest(text: string): string {
  if (text === '' || isNcName(`a${text}`)) return text;
  return text.replace(/[^]/gu, (c) => (isNcName(`a${c}`) ? c : coded(c)));
}

function coded(character: string): string {
  return `_JsonReader_${character.codePointAt(0)!}_`;
}
