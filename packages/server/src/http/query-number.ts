import { refuseRequest } from '../oip/refuse-request.ts'

/** A whole number after the question mark; undefined where there is none. Throws SLP-R4 for anything else. */
export function queryNumber(
  query: Readonly<Record<string, string | undefined>>,
  name: string,
): number | undefined {
  const text = query[name]
  if (text === undefined) return undefined
  return /^\d{1,15}$/.test(text) ? Number(text) : refuseRequest(`${name} must be a number`, text)
}
