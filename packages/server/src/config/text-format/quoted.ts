/** One quoted string of protobuf's text format. Escapes stand for bytes; together they must be UTF-8. */

const simple: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '?': 63,
  '\\': 92,
  "'": 39,
  '"': 34,
}

const escapes =
  /\\(?:([abfnrtv?\\'"])|([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y
const encoder = new TextEncoder()

export interface Quoted {
  readonly value: string
  /** Behind the closing quote. */
  readonly end: number
}

/** Reads the string whose quote stands at `start`; calls `fail` for one that breaks a rule. */
export function readQuoted(text: string, start: number, fail: (rule: string, got: string) => never): Quoted {
  const quote = text[start]!
  const bytes: Uint8Array[] = []
  let from = start + 1
  for (let i = from; ; i++) {
    const char = text[i]
    if (char === undefined || char === '\n')
      return fail(
        `a string must end with ${quote} on its line`,
        char === undefined ? 'the end of the file' : 'the end of the line',
      )
    if (char !== quote && char !== '\\') continue
    if (i > from) bytes.push(encoder.encode(text.slice(from, i)))
    if (char === quote) return { value: decode(bytes, fail), end: i + 1 }
    escapes.lastIndex = i
    const found = escapes.exec(text)
    if (!found) return fail('an escape must be one of the text format', JSON.stringify(text.slice(i, i + 4)))
    bytes.push(escaped(found, fail))
    i += found[0].length - 1
    from = i + 1
  }
}

function escaped(
  [all, letter, octal, hex, short, long]: RegExpExecArray,
  fail: (rule: string, got: string) => never,
): Uint8Array {
  if (letter !== undefined) return Uint8Array.of(simple[letter]!)
  if (octal !== undefined || hex !== undefined) {
    const byte = octal === undefined ? Number.parseInt(hex!, 16) : Number.parseInt(octal, 8)
    return byte < 256 ? Uint8Array.of(byte) : fail('an escaped byte must be below 256', all)
  }
  const code = Number.parseInt(short ?? long!, 16)
  const isScalar = code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000)
  return isScalar ? encoder.encode(String.fromCodePoint(code)) : fail('an escaped character must exist', all)
}

function decode(parts: readonly Uint8Array[], fail: (rule: string, got: string) => never): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts))
  } catch {
    return fail('a string must be UTF-8', 'other bytes')
  }
}
