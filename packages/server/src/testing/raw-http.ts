/** An HTTP/1.1 client that costs next to nothing: one request at a time on one connection, written ahead of time. */
import { connect, type Socket } from 'node:net'

export interface RawConnection {
  /** Resolves with the bytes of the answer, head included; rejects where its status is not 200. */
  exchange(request: Buffer): Promise<number>
  close(): void
}

export function rawRequest(
  path: string,
  headers: Readonly<Record<string, string | number>>,
  body: Buffer,
): Buffer {
  const fields = Object.entries({ host: 'localhost', 'content-length': body.length, ...headers })
  const lines = [`POST ${path} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
}

interface Waiting {
  readonly resolve: (bytes: number) => void
  readonly reject: (error: Error) => void
}

export async function openRawConnection(port: number): Promise<RawConnection> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let waiting: Waiting | undefined
  let head = ''
  let expected = 0
  let got = 0
  const fail = (error: Error) => {
    waiting?.reject(error)
    waiting = undefined
  }
  socket.on('data', (chunk: Buffer) => {
    got += chunk.length
    if (expected === 0) {
      head += chunk.toString('latin1', 0, 1000)
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!head.startsWith('HTTP/1.1 200')) return fail(new Error(head))
      expected = end + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
    }
    if (got < expected) return
    const bytes = got
    expected = 0
    got = 0
    head = ''
    waiting?.resolve(bytes)
  })
  socket.on('error', fail).on('close', () => fail(new Error('the connection was closed')))
  return {
    exchange: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}
