/**
 * A process that opens connections and leaves them idle, every second one after a request on it. Prints how many are
 * open once all are, and again each time that one is closed.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const [port, count] = process.argv.slice(2).map(Number)
/** Less than a listener's queue of connections holds. */
const atOnce = 100
let open = 0

async function openOne(i: number): Promise<void> {
  const socket: Socket = connect(port!, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  open += 1
  socket.on('close', () => {
    open -= 1
    process.stdout.write(`${open}\n`)
  })
  if (i % 2 === 0) return
  socket.write('GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'data')
}

for (let i = 0; i < count!; i += atOnce) {
  await Promise.all(Array.from({ length: Math.min(atOnce, count! - i) }, (_, k) => openOne(i + k)))
}
process.stdout.write(`${open}\n`)
