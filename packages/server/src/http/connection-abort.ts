/** Stops the calls of connections that close. */
import { setMaxListeners } from 'node:events'
import type { Socket } from 'node:net'

/**
 * The controller that is aborted when a connection closes. One for all its calls: they end with the connection at the
 * latest, and making a signal costs as much as much of the rest of a small call.
 */
export function connectionAborts(): (connection: Pick<Socket, 'once'>) => AbortController {
  const known = new WeakMap<object, AbortController>()
  return (connection) => {
    const found = known.get(connection)
    if (found) return found
    const controller = new AbortController()
    // Requests that are sent without waiting for answers are under way at the same time.
    setMaxListeners(0, controller.signal)
    connection.once('close', () => controller.abort(new Error('the client went away')))
    known.set(connection, controller)
    return controller
  }
}
