/** What other clients notice of slow clients, of thousands of idle ones, and of more requests than can be run. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer } from '../server.ts'
import { echoGraph, type Fixture, pairGraph, repositoryWith, wideGraph } from '../testing/fixture.ts'
import {
  echoInfer,
  metricSum,
  pairInfer,
  type Reply,
  send,
  sendAll,
  slowInfer,
  statuses,
} from '../testing/load.ts'
import { patienceMs, residentBytes, type ServeProcess, startServe } from '../testing/serve-process.ts'

const queueSize = 8
const mebibyte = 2 ** 20
const line = 'POST /v2/models/pair/infer HTTP/1.1\r\nHost: localhost\r\n'
/** Headers that do not end, and a body that does not. */
const starts = [`${line}X-Slow: `, `${line}Content-Length: 1000\r\n\r\n`] as const
const portOf = (url: string) => Number(new URL(url).port)

function open(url: string): Socket {
  return connect(portOf(url), '127.0.0.1').on('error', () => {})
}

async function answersOthers(url: string, count: number): Promise<void> {
  const load = await sendAll(count, 4, (_, agent) => send(`${url}/v2/models/pair/infer`, pairInfer, agent))
  expect([load.lost, statuses(load)]).toEqual([[], { 200: count }])
}

describe('clients that send slowly', () => {
  it(
    'hold nobody back, and are told when they took too long',
    async () => {
      using fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
      const limits = { requestMs: 3000 }
      await using server = await createServer({ repository: fixture.root, settleMs: 0, limits })
      const url = await server.listen({ port: 0 })
      await server.loaded
      const sockets = Array.from({ length: 50 }, (_, i) => {
        const socket = open(url)
        socket.write(starts[i % 2]!)
        const timer = setInterval(() => socket.writable && socket.write('x'), 50)
        const answer = new Promise<string>((resolve) => {
          let got = ''
          socket.on('data', (chunk) => {
            got += chunk
          })
          socket.on('close', () => {
            clearInterval(timer)
            resolve(got)
          })
        })
        return { socket, answer }
      })
      await answersOthers(url, 200)
      const answers = await Promise.all(sockets.map(({ answer }) => answer))
      expect(new Set(answers.map((text) => text.slice(0, 12)))).toEqual(new Set(['HTTP/1.1 408']))
      await answersOthers(url, 10)
    },
    patienceMs,
  )
})

describe('a server', () => {
  let fixture: Fixture
  let server: ServeProcess

  beforeAll(async () => {
    fixture = repositoryWith({
      'pair/1/model.onnx': pairGraph('Add'),
      'echo/1/model.onnx': echoGraph(['float32']),
      'slow/1/model.onnx': wideGraph(),
    })
    const options = ['--state', ':memory:', '--queue-size', String(queueSize), '--threads', '1']
    server = await startServe(fixture.root, options)
  }, patienceMs)
  afterAll(async () => {
    await server?.end('SIGKILL')
    fixture?.[Symbol.dispose]()
  })

  const metrics = async () => String((await send(`${server.url}/metrics`)).body)

  it(
    'holds little for clients that read nothing, and answers others',
    async () => {
      const { url, pid } = server
      const { headers, body } = echoInfer(mebibyte / 4)
      const lines = Object.entries(headers!).map(([name, value]) => `${name}: ${value}\r\n`)
      const start = `POST /v2/models/echo/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n`
      const request = Buffer.concat([Buffer.from(`${start}${lines.join('')}\r\n`), body])
      const each = 60
      const before = residentBytes(pid)
      const sockets = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const socket = open(url)
          await once(socket, 'connect')
          socket.pause()
          for (let i = 0; i < each; i++) socket.write(request)
          return socket
        }),
      )
      const taken = () => sockets.reduce((sum, one) => sum + one.bytesWritten - one.writableLength, 0)
      // Until it takes no more, or has refused the rest.
      for (let last = -1; last !== taken(); await wait(1000)) {
        last = taken()
        await answersOthers(url, 20)
      }
      const offered = sockets.length * each * request.length
      const grown = residentBytes(pid) - before
      // Half of what the answers to all of it would take, were none held back.
      expect(grown).toBeLessThan(offered)
      for (const socket of sockets) socket.destroy()
      await answersOthers(url, 20)
    },
    patienceMs,
  )

  it(
    'refuses at once what it cannot run in a storm of five times its capacity, and counts right',
    async () => {
      const slow = `${server.url}/v2/models/slow/infer`
      const request = slowInfer(100)
      const calm = await sendAll(20, 2, (_, agent) => send(slow, request, agent))
      expect([calm.lost, statuses(calm)]).toEqual([[], { 200: 20 }])
      const serviceMs = median(calm.replies) / 2
      const count = 250
      // As many at once as five times its places, then at five times its rate.
      const storm = Array.from({ length: 5 * (queueSize + 1) }, () => send(slow, request))
      const startMs = performance.now()
      for (let sent = 0; storm.length < count; await wait(1)) {
        const due = ((performance.now() - startMs) * 5) / serviceMs
        for (; sent < due && storm.length < count; sent++) storm.push(send(slow, request))
      }
      const replies = await Promise.all(storm)
      const answered = replies.filter(({ status }) => status === 200)
      const refused = replies.filter(({ status }) => status === 503)
      expect(answered.length + refused.length).toBe(count)
      expect(answered.length).toBeGreaterThanOrEqual(queueSize)
      expect(refused.length).toBeGreaterThan(3 * queueSize)
      expect(refused.every(({ body }) => String(body).includes('SLP-R11'))).toBe(true)
      const after = await sendAll(20, 2, (_, agent) => send(slow, request, agent))
      expect([after.lost, statuses(after)]).toEqual([[], { 200: 20 }])
      const text = await metrics()
      const own = (name: string, ...labels: string[]) => metricSum(text, name, 'model="slow"', ...labels)
      const requests = 'slipway_request_duration_seconds'
      expect(own(`${requests}_count`)).toBe(40 + count)
      expect(own(`${requests}_count`, 'outcome="REJECTED"')).toBe(refused.length)
      expect(own(`${requests}_count`, 'outcome="SUCCESS"')).toBe(40 + answered.length)
      expect(own('slipway_rejections_total', 'reason="SLP-R11"')).toBe(refused.length)
      // Nobody waits to be told that there is no room; by the server's clock, since a busy machine holds up both ends.
      const refusedMs = (1000 * own(`${requests}_sum`, 'outcome="REJECTED"')) / refused.length
      const answeredMs = (1000 * own(`${requests}_sum`, 'outcome="SUCCESS"')) / (40 + answered.length)
      expect(4 * refusedMs).toBeLessThan(answeredMs)
      expect(own('slipway_queue_size')).toBe(0)
    },
    patienceMs,
  )

  it(
    'answers beside thousands of idle connections',
    async () => {
      const { url, pid } = server
      const [, most] = /Max open files\s+\d+\s+(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? []
      const count = Math.min(10_000, Number(most ?? 10_000) - 1000)
      if (count < 10_000) console.log(`${count} idle connections: the system allows ${most} open files`)
      const before = residentBytes(pid)
      const script = fileURLToPath(new URL('../../dist/testing/idle-connections.js', import.meta.url))
      const peer = spawn(process.execPath, [script, String(portOf(url)), String(count)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      try {
        const [text] = await once(peer.stdout!, 'data')
        expect(String(text)).toBe(`${count}\n`)
        await answersOthers(url, 200)
        const grown = residentBytes(pid) - before
        expect(grown / count).toBeLessThan(50_000)
      } finally {
        const exit = once(peer, 'exit')
        peer.kill('SIGKILL')
        await exit
      }
      await answersOthers(url, 20)
    },
    patienceMs,
  )
})

function median(replies: readonly Reply[]): number {
  const sorted = replies.map(({ durationMs }) => durationMs).sort((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}
