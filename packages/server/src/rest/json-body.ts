/** Bodies of control calls: JSON objects, or nothing at all. */
import type { Call } from '../http/route.ts'
import { objectOf } from '../oip/json-fields.ts'
import { type JsonObject, plainObject, readJson } from '../oip/json-read.ts'

/** An empty body is an empty object: clients of the protocol send none where they have nothing to say. */
export async function readJsonBody(body: Call['body']): Promise<JsonObject> {
  const bytes = await body()
  if (bytes.length === 0) return new Map()
  return objectOf('the request', readJson(bytes))
}

/** The same as plain objects without prototypes, for those who check every field themselves. */
export async function readPlainBody(body: Call['body']): Promise<Readonly<Record<string, unknown>>> {
  return plainObject(await readJsonBody(body))
}
