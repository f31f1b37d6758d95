/**
 * Latency while models are swapped: requests leave on a fixed schedule, whatever the answers do, and their latency counts
 * from when they were due. Requests that were under way during a reload are compared with those before. Prints JSON lines.
 */
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { writeOnnx } from '@slipway/core'
import { createServer } from '../server.ts'
import { pairGraph, repositoryWith } from './fixture.ts'
import { operatorOf } from './operator.ts'
import { openRawConnection, rawRequest } from './raw-http.ts'

const perSecond = Number(process.argv[2] ?? 100)
const reloads = Number(process.argv[3] ?? 5)
const quietMs = 4000

using fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
const server = await createServer({
  settleMs: 0,
  repository: fixture.root,
  control: 'explicit',
  loadModels: ['*'],
  execution: { mode: 'inline', threads: 1 },
})
const port = Number(new URL(await server.listen({ port: 0 })).port)
await server.loaded
const operator = operatorOf(server.app)
const inputs = ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [1, 2], data: [1, 2] }))
const request = rawRequest('/v2/models/pair/infer', {}, Buffer.from(JSON.stringify({ inputs })))
const free = await Promise.all(Array.from({ length: 64 }, () => openRawConnection(port)))
const latencies: { readonly dueMs: number; readonly endMs: number }[] = []
let failed = 0
let isOver = false
let sent = 0

const startMs = performance.now()
const tick = () => {
  for (let due = dueOf(sent); due <= performance.now(); due = dueOf(sent)) {
    sent += 1
    send(due)
  }
  if (!isOver) setTimeout(tick, 1)
}
const dueOf = (i: number) => startMs + (i * 1000) / perSecond
const send = (dueMs: number) => {
  const connection = free.pop()
  if (!connection) return void setTimeout(send, 1, dueMs)
  connection
    .exchange(request)
    .then(
      () => latencies.push({ dueMs, endMs: performance.now() }),
      () => {
        failed += 1
      },
    )
    .finally(() => free.push(connection))
}
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const p = (list: readonly number[], share: number) =>
  Number([...list].sort((a, b) => a - b)[Math.floor(share * list.length)]?.toFixed(2))

tick()
await sleep(quietMs)
latencies.length = 0
const busy: { readonly fromMs: number; readonly toMs: number }[] = []
for (let i = 0; i < reloads; i++) {
  await sleep(quietMs)
  writeFileSync(join(fixture.root, 'pair/1/model.onnx'), writeOnnx(pairGraph(i % 2 === 0 ? 'Sub' : 'Add')))
  const fromMs = performance.now()
  await operator.load('pair')
  busy.push({ fromMs, toMs: performance.now() })
}
await sleep(quietMs)
isOver = true
const during = latencies.filter(({ dueMs, endMs }) =>
  busy.some(({ fromMs, toMs }) => endMs >= fromMs && dueMs <= toMs),
)
const steady = latencies.filter((one) => !during.includes(one))
// The switch itself ends a reload.
const swap = latencies.filter(({ dueMs, endMs }) =>
  busy.some(({ toMs }) => endMs >= toMs - 50 && dueMs <= toMs + 50),
)
const of = (list: typeof latencies) => {
  const ms = list.map(({ dueMs, endMs }) => endMs - dueMs)
  return { requests: ms.length, p50Ms: p(ms, 0.5), p99Ms: p(ms, 0.99) }
}
const pauses = (await operator.events('swap')).map(({ pauseMs }) => Number(pauseMs.toFixed(3)))
const reloadMs = busy.map(({ fromMs, toMs }) => Math.round(toMs - fromMs))
console.log(
  JSON.stringify({ perSecond, failed, steady: of(steady), reloading: of(during), swapping: of(swap) }),
)
console.log(JSON.stringify({ pauses, reloadMs, load: loadavg() }))
for (const connection of free) connection.close()
await server.close()
