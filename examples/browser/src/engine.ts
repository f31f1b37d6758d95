/** How the page opens its model; the test opens the same in Node. */
import { createSession, type Session, wasmEngine } from '@slipway/core'

/** The engine's threads need a page that is cross-origin isolated; without that, it takes one. */
export function openModel(bytes: Uint8Array, threads?: number): Promise<Session> {
  return createSession(bytes, { engine: wasmEngine, threads })
}
