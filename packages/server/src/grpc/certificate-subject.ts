/** The subject of a certificate as text in the order of RFC 4514: `CN=ci,O=Slipway`. */
export function certificateSubject(subject: object): string {
  const parts = Object.entries(subject).flatMap(([key, values]) =>
    [values].flat().map((value) => `${key}=${escapeValue(String(value))}`),
  )
  return parts.reverse().join(',')
}

/** Without it, a name could pretend to have further parts. */
const escapeValue = (value: string): string =>
  value.replace(/[\\,+"<>;=\0]/g, (character) => (character === '\0' ? '\\00' : `\\${character}`))
