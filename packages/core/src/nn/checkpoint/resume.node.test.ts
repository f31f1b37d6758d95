import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'slipway-resume-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const built = (name: string) => new URL(`../../../dist/${name}`, import.meta.url).href

/** Trains, and writes one line for each batch: where it is, and the bits of its loss. */
const program = `
import { appendFileSync } from 'node:fs'
import { tensor } from '${built('index.js')}'
import * as nn from '${built('nn/index.js')}'
import { checkpointFolder, onInterrupt } from '${built('nn/index.node.js')}'
const [store, log, pauseMs] = process.argv.slice(2)
const data = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * i))
const table = nn.fromTensors({ x: tensor('float32', [20, 3], data), y: tensor('float32', [20], data.slice(20, 40)) })
const model = nn.sequential(nn.linear(3, 8), nn.dropout(0.5), nn.linear(8, 1)).initialize(5)
const interruption = onInterrupt()
const bits = new DataView(new ArrayBuffer(8))
const { stopped, steps } = await nn.fit({
  model,
  optimizer: nn.adamW(model.parameters(), { learningRate: nn.cosineSchedule(0.05, 0, 40), clipNorm: 1 }),
  loss: ({ x, y, mask }) => nn.mseLoss(model(x).squeeze(1), y, { weights: mask }),
  data: table.shuffle({ seed: 3 }).batch(3),
  epochs: 5,
  seed: 9,
  threads: 1,
  signal: interruption.signal,
  checkpoint: { store: checkpointFolder(store, { keep: 2 }), everySteps: 4 },
  callbacks: [{
    name: 'log',
    async onTrainBatchEnd({ epoch, batch }, { loss }) {
      bits.setFloat64(0, loss)
      appendFileSync(log, epoch + ' ' + batch + ' ' + bits.getBigUint64(0).toString(16) + '\\n')
      if (pauseMs > 0) await new Promise((done) => setTimeout(done, pauseMs))
    },
  }],
})
appendFileSync(log, 'end ' + steps + ' ' + stopped + '\\n')
`
const script = join(folder, 'train.mjs')
writeFileSync(script, program)

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly errors: string
}

/** Runs the program, and kills it once the log has so many lines. */
function train(
  name: string,
  { after, kill, pauseMs = 0 }: { after?: number; kill?: NodeJS.Signals; pauseMs?: number } = {},
): Promise<Ended> {
  const log = join(folder, `${name}.log`)
  appendFileSync(log, '')
  const child = spawn(process.execPath, [script, join(folder, name), log, String(pauseMs)])
  const timer = setInterval(() => {
    if (kill && after !== undefined && lines(name).length >= after) {
      clearInterval(timer)
      child.kill(kill)
    }
  }, 5)
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  return new Promise((done) =>
    child.on('exit', (code, signal) => {
      clearInterval(timer)
      done({ code, signal, errors })
    }),
  )
}

const lines = (name: string) =>
  readFileSync(join(folder, `${name}.log`), 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)

/** The last line of each place: what was done after the last checkpoint is done once more. */
const lossesOf = (name: string) =>
  new Map(
    lines(name).map((line) => {
      const [epoch, batch, bits] = line.split(' ')
      return [`${epoch} ${batch}`, bits] as const
    }),
  )

describe('a run that is ended and started again', () => {
  it(
    'has the losses of one that was not, bit by bit, after SIGKILL and after SIGINT',
    { timeout: 300_000 },
    async () => {
      expect(await train('whole')).toMatchObject({ code: 0, errors: '' })
      expect(lines('whole').at(-1)).toBe('end 35 undefined')

      const killed = await train('parts', { after: 10, kill: 'SIGKILL', pauseMs: 20 })
      expect(killed.signal).toBe('SIGKILL')
      const done = lines('parts').length
      expect(done).toBeLessThan(35)
      expect(readdirSync(join(folder, 'parts')).filter((one) => /^\d/.test(one)).length).toBeGreaterThan(0)

      const interrupted = await train('parts', { after: done + 5, kill: 'SIGINT', pauseMs: 20 })
      expect(interrupted).toMatchObject({ code: 0, errors: '' })
      expect(lines('parts').at(-1)).toMatch(/^end \d+ interrupted$/)
      const more = lines('parts').length

      expect(await train('parts')).toMatchObject({ code: 0, errors: '' })
      // It went on where it was, and did not begin anew.
      expect(lines('parts').length - more).toBeLessThan(35)
      expect(lines('parts').at(-1)).toBe('end 35 undefined')
      const [whole, parts] = [lossesOf('whole'), lossesOf('parts')]
      for (const [place, bits] of whole) if (!place.startsWith('end')) expect(parts.get(place)).toBe(bits)
      expect(readdirSync(join(folder, 'parts')).filter((one) => /^\d/.test(one)).length).toBeLessThanOrEqual(
        3,
      )
      expect(readdirSync(join(folder, 'parts'))).toContain('best')
    },
  )

  it('ends at the second SIGINT', async () => {
    const child = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { onInterrupt } from '${built('nn/index.node.js')}'
       onInterrupt().signal.addEventListener('abort', () => console.log('first'))
       setInterval(() => {}, 1000)
       console.log('ready')`,
    ])
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      if (String(chunk).includes('ready') || String(chunk).includes('first')) child.kill('SIGINT')
    })
    const signal = await new Promise((done) => child.on('exit', (_, name) => done(name)))
    expect(signal).toBe('SIGINT')
    expect(text).toContain('first')
  })
})
