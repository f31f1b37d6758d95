/** Bodies of control calls: JSON objects, or nothing at all. */
import { objectOf } from '../oip/json-fields.ts'
import { type JsonObject, plainObject, readJson } from '../oip/json-read.ts'

/** An empty body is an empty object: clients of the protocol send none where they have nothing to say. */
export async function readJsonBody(body: () => Promise<Uint8Array>): Promise<JsonObject> {
  const bytes = await body()
  if (bytes.length === 0) return new Map()
  return objectOf('the request', readJson(bytes))
}

/** The same as plain objects without prototypes, for those who check every field themselves. */
export async function readPlainBody(
  body: () => Promise<Uint8Array>,
): Promise<Readonly<Record<string, unknown>>> {
  return plainObject(await readJsonBody(body))
}
