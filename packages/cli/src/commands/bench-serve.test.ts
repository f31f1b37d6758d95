import { readFile } from 'node:fs/promises'
import { XMLValidator } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../bench/report.ts'
import { type Behaviour, type FakeServer, fakeGrpc, fakeRest } from '../bench/testing/fake-server.ts'
import { type Workspace, workspace } from '../testing.ts'

let at: Workspace

beforeAll(async () => {
  at = await workspace()
})
afterAll(() => at[Symbol.asyncDispose]())

const quick = ['--arrivals', 'constant', '--duration', '400ms', '--warmup', '100ms']

/** Runs the command and reads the JSON that it has written. */
async function bench(url: string, ...argv: readonly string[]) {
  const json = `${at.folder}/report.json`
  const outcome = await at.slipway('bench', 'serve', url, ...quick, '--json', json, ...argv)
  const read = async () => JSON.parse(await readFile(json, 'utf8')) as Report
  return { ...outcome, report: outcome.code === 2 ? undefined : await read() }
}

describe.each([
  ['REST', fakeRest, 503, '503'],
  ['gRPC', fakeGrpc, 8, 'RESOURCE_EXHAUSTED'],
] as const)('slipway bench serve over %s', (protocol, fake, failure, code) => {
  const withServer = async (behaviour: Behaviour, test: (server: FakeServer) => Promise<void>) => {
    await using server = await fake(behaviour)
    await test(server)
  }

  it('sends what it has planned and reports it', () =>
    withServer({ answer: () => ({}) }, async ({ url, seen }) => {
      const { code, out, report } = await bench(
        url,
        '--qps',
        '50:100:50',
        '--slo-p99',
        '60s',
        '--slo-achieved',
        '0',
      )
      expect({ code, steps: report?.steps.map(({ planned, sent, ok }) => [planned, sent, ok]) }).toEqual({
        code: 0,
        steps: [
          [20, 20, 20],
          [40, 40, 40],
        ],
      })
      // One request before all others, five of the warm-up.
      expect(seen.length).toBe(1 + 5 + 20 + 40)
      expect(report).toMatchObject({ bestQps: 100, target: { protocol, model: 'fake' } })
      expect(report!.target.inputs).toEqual([
        { name: 'image', datatype: 'FP32', shape: [1, 3] },
        { name: 'mask', datatype: 'INT64', shape: [2] },
      ])
      expect(out).toContain(`fake over ${protocol} at 127.0.0.1`)
      expect(out).toContain('the SLO holds up to 100/s')
    }))

  it('shows a stall of the server in all the latencies that it delays', async () => {
    let stallUntil = 0
    // From request 20 on, everything waits for 400 ms, then comes at once.
    const answer = (index: number) => {
      if (index === 20) stallUntil = performance.now() + 400
      return { afterMs: Math.max(stallUntil - performance.now(), 0) }
    }
    await withServer({ answer }, async ({ url }) => {
      const options = ['--qps', '100', '--duration', '1s', '--warmup', '0s', '--slo-achieved', '0']
      const { report } = await bench(url, ...options, '--connections', '2')
      const { latencyMs, ok } = report!.steps[0]!
      expect(ok).toBe(100)
      // Forty requests were planned in the stall, thirty of them at least 100 ms before its end; a loop that waits
      // for answers would have sent two. A slow machine only adds to this.
      expect(latencyMs.max).toBeGreaterThan(300)
      expect(latencyMs.p90).toBeGreaterThan(100)
    })
  })

  it('counts errors by their code, and ends with 1 where there are too many', async () => {
    // The first request of each run is the one before the load.
    const answer = (index: number) => ((index % 21) % 2 === 1 ? { failure } : {})
    await withServer({ answer }, async ({ url }) => {
      const options = ['--qps', '50', '--warmup', '0s', '--slo-achieved', '0']
      const { code: exit, report, out } = await bench(url, ...options)
      expect(exit).toBe(1)
      expect(report!.steps[0]).toMatchObject({ planned: 20, ok: 10, errors: { [code]: 10 } })
      expect(report!.steps[0]!.broken).toEqual(['errors 50 % are over 0.1 %'])
      expect(out).toContain(`10 × ${code}`)
      expect((await bench(url, ...options, '--slo-errors', '60%')).code).toBe(0)
    })
  })

  it('does not send more than may be open', () =>
    withServer({ answer: (index) => ({ afterMs: index === 0 ? 0 : 500 }) }, async ({ url, seen }) => {
      const { code, report } = await bench(url, '--qps', '50', '--warmup', '0s', '--max-in-flight', '3')
      const { planned, sent, dropped, errors } = report!.steps[0]!
      expect({ code, planned, sum: sent + dropped }).toEqual({ code: 1, planned: 20, sum: 20 })
      expect(errors).toEqual({ dropped })
      expect(seen.length).toBe(1 + sent)
      // All is planned within 400 ms, and nothing is answered before 500: unless the machine is slow, three are sent.
      expect(dropped).toBeGreaterThan(0)
    }))

  it('ends with 1 where a latency is over its limit', () =>
    withServer({ answer: () => ({ afterMs: 30 }) }, async ({ url }) => {
      const { code, report, out } = await bench(
        url,
        '--qps',
        '50',
        '--slo-p50',
        '10ms',
        '--slo-achieved',
        '0',
      )
      expect(code).toBe(1)
      expect(report!.bestQps).toBeUndefined()
      expect(out).toMatch(/✗ P50 \S+ ms is over 10 ms/)
    }))

  it('never finds more than the capacity of the server', async () => {
    let freeMs = 0
    // One worker that takes 20 ms: fifty requests in a second.
    const answer = () => {
      freeMs = Math.max(freeMs, performance.now()) + 20
      return { afterMs: freeMs - performance.now() }
    }
    await withServer({ answer }, async ({ url }) => {
      const search = ['--qps', '20:', '--precision', '20%', '--slo-p99', '60ms', '--duration', '1s']
      const { report, out } = await bench(url, ...search)
      // At 55/s the queue is longer than the limit after the second.
      expect(report!.bestQps ?? 0).toBeLessThan(55)
      expect(report!.steps.length).toBeGreaterThan(2)
      expect(out).toMatch(/the SLO holds up to|no rate keeps the SLO/)
    })
  })

  it('says why a first request fails', () =>
    withServer({ answer: () => ({ failure }) }, async ({ url }) => {
      const { code: exit, err } = await bench(url)
      expect(exit).toBe(2)
      expect(err).toContain(`a first request must succeed, got ${code}`)
    }))

  it('asks which model where there are several', () =>
    withServer({ answer: () => ({}), models: ['a', 'b'] }, async ({ url }) => {
      expect(await bench(url)).toMatchObject({ code: 2, err: /--model must name one.*a, b/ })
    }))
})

describe('slipway bench serve', () => {
  const metrics =
    'process_resident_memory_bytes 1e8\nnodejs_heap_size_used_bytes 1e7\nslipway_phase_duration_seconds_sum{model="fake",version="1",phase="load"} 0.5\n'

  it('writes a page with the memory and the start of the server', async () => {
    await using server = await fakeRest({ answer: () => ({}), metrics })
    const html = `${at.folder}/report.html`
    const pid = String(process.pid)
    const { code, out, report } = await bench(
      server.url,
      '--qps',
      '50',
      '--html',
      html,
      '--pid',
      pid,
      '--slo-achieved',
      '0',
    )
    expect(code).toBe(0)
    expect(report!.startUp.loadMs).toBe(500)
    expect(report!.memory.length).toBeGreaterThanOrEqual(2)
    expect(report!.memory[0]).toMatchObject({ heapBytes: 1e7 })
    // Its own process is looked at, not what the metrics say.
    expect(report!.memory[0]!.rssBytes).not.toBe(1e8)
    expect(out).toMatch(/server: RSS .* VSS .* heap 9.5 MiB/)
    const page = await readFile(html, 'utf8')
    expect(XMLValidator.validate(page.replace('<!doctype html>', ''))).toBe(true)
    expect(page).toContain('Memory of the server')
  })

  it('starts the server itself and ends it', async () => {
    const script = await at.write(
      'server.mjs',
      `import { createServer } from 'node:http'
       const json = { name: 'fake', inputs: [{ name: 'x', datatype: 'FP32', shape: [1] }] }
       createServer((request, response) => {
         request.resume().on('end', () => response.end(JSON.stringify(request.url === '/v2/pid' ? process.pid : json)))
       }).listen(Number(process.argv[2]), '127.0.0.1')`,
    )
    // A port that was free a moment ago.
    const probe = await fakeRest({ answer: () => ({}) })
    await probe[Symbol.asyncDispose]()
    const command = `${process.execPath} ${script} ${new URL(probe.url).port}`
    const options = ['--model', 'fake', '--spawn', command, '--qps', '50', '--slo-achieved', '0']
    const { code, err, out, report } = await bench(probe.url, ...options)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(report!.startUp.readyMs).toBeGreaterThanOrEqual(report!.startUp.initMs!)
    expect(out).toMatch(/start-up: init .* process start to ready/)
    await expect(fetch(`${probe.url}/v2/pid`)).rejects.toThrow()
  })

  it('writes what it has measured when it is stopped', async () => {
    let asked = 0
    let stopNow = () => {}
    const answer = () => {
      // Well within the first step.
      if (asked++ === 30) stopNow()
      return {}
    }
    await using server = await fakeRest({ answer })
    const [json, html] = [`${at.folder}/stopped.json`, `${at.folder}/stopped.html`]
    const { code, out } = await at.slipwayUntil(
      (text, stop) => {
        if (text.includes('offered')) stopNow = stop
      },
      ...['bench', 'serve', server.url, '--arrivals', 'constant', '--warmup', '0s', '--duration', '1h'],
      ...['--json', json, '--html', html, '--slo-achieved', '0'],
    )
    expect(code).toBe(0)
    expect(out).toContain('stopped before its end')
    const report = JSON.parse(await readFile(json, 'utf8')) as Report
    const [{ ok, planned, takenBack }] = report.steps as [Report['steps'][0]]
    expect({ isStopped: report.isStopped, lost: planned - ok }).toEqual({ isStopped: true, lost: 0 })
    // The first request came before the load; one that was taken back may not have come at all.
    expect(ok).toBeLessThanOrEqual(asked - 1)
    expect(ok + takenBack).toBeGreaterThanOrEqual(asked - 1)
    expect(await readFile(html, 'utf8')).toContain('</html>')
  })

  it('ends when it is stopped', async () => {
    await using server = await fakeRest({ answer: () => ({}) })
    const { code, err } = await at.slipwayUntil(
      (out, stop) => {
        if (out.includes('offered')) stop()
      },
      ...['bench', 'serve', server.url, '--duration', '1h'],
    )
    expect(code).toBe(2)
    expect(err).toContain('[SLP-S7]')
  })

  it.each([
    [['ftp://x'], /address must begin with http:\/\/, https:\/\/, grpc/],
    [['nowhere'], /address must begin/],
    [['http://127.0.0.1:1', '--qps', 'fast'], /--qps/],
    [['http://127.0.0.1:1', '--qps', '1', '--duration', '500ms'], /must have a request/],
    [['http://127.0.0.1:1', '--duration', '5'], /--duration: it must be a time with a unit/],
    [['http://127.0.0.1:1', '--slo-p99', 'soon'], /--slo-p99/],
    [['http://127.0.0.1:1', '--slo-errors', '200%'], /--slo-errors/],
    [['http://127.0.0.1:1', '--arrivals', 'uniform'], /--arrivals: it must be one of poisson, constant/],
    [['http://127.0.0.1:1', '--data', 'ones'], /--data/],
    [['http://127.0.0.1:1', '--header', 'x'], /--header/],
    [['http://127.0.0.1:1', '--pid', '0'], /--pid/],
    [['http://127.0.0.1:1'], /Cannot reach server.*ECONNREFUSED/],
    [['grpc://127.0.0.1:1'], /Cannot reach server.*ECONNREFUSED/],
  ])('refuses %j', async (argv, message) => {
    expect(await at.slipway('bench', 'serve', ...argv)).toMatchObject({ code: 2, err: message })
  })
})
