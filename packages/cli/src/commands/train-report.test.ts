import { readFile } from 'node:fs/promises'
import { XMLValidator } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Workspace, workspace } from '../testing.ts'
import { thinned } from '../train/report-html.ts'
import { readRunLog } from '../train/run-curves.ts'

const json = (value: unknown) => JSON.stringify(value)
const begin = { event: 'begin', epochs: 2, optimizer: 'Adam', parameters: 1234, epoch: 0, step: 0 }
const batch = (step: number, loss: number | string, seconds: number) => ({
  event: 'batch',
  epoch: 1,
  batch: step,
  step,
  seconds,
  logs: { loss, 'gradientNorm/<fc>.weight': step },
})
const epoch = {
  event: 'epoch',
  epoch: 1,
  batch: 3,
  step: 3,
  seconds: 1,
  logs: { loss: 2, val_loss: 2.5 },
}
const end = { event: 'end', step: 3, seconds: 1.5, stopped: 'val_loss was best & gone' }
/** Killed in the middle of a line, and gone on from step 1. */
const text = [
  json(begin),
  json(batch(1, 4, 1)),
  json(batch(2, 9, 2)),
  `{"event":"ba${json({ ...begin, step: 1 })}`,
  json(batch(2, 3, 0.5)),
  json(batch(3, 'NaN', 0.9)),
  json(epoch),
  json(end),
  '',
].join('\n')

let at: Workspace
beforeAll(async () => {
  at = await workspace()
})
afterAll(() => at[Symbol.asyncDispose]())

describe('slipway train report', () => {
  it('takes what was done last, and leaves out what is no number', () => {
    const run = readRunLog(text)
    expect(run).toMatchObject({ optimizer: 'Adam', parameters: 1234, steps: 3, seconds: 3.5 })
    expect(run.batches.get('loss')).toEqual([
      [1, 4],
      [2, 3],
    ])
    expect(run.epochs.get('val_loss')).toEqual([[1, 2.5]])
    expect(() => readRunLog(`${json(begin)}\nnonsense\n`)).toThrow(/SLP-F1.*line 2/)
    expect(() => readRunLog('')).toThrow(/beginning of a run/)
  })

  it('writes one page with charts', async () => {
    const log = await at.write('run.jsonl', text)
    const { code, out } = await at.slipway('train', 'report', log)
    expect(code).toBe(0)
    const path = out.trim().replace('wrote ', '')
    const page = await readFile(path, 'utf8')
    for (const one of [
      'loss by epoch',
      'val_loss',
      'loss by step',
      '&#60;fc&#62;.weight',
      'best &#38; gone',
      '1,234',
    ])
      expect(page).toContain(one)
    expect(page).not.toMatch(/<script|src=|href=/)
    expect(XMLValidator.validate(page.replace('<!doctype html>\n', ''))).toBe(true)
  })

  it('keeps the peaks of long curves', () => {
    const points = Array.from({ length: 10_000 }, (_, i) => [i, i === 777 ? 50 : 0] as const)
    expect(thinned(points).length).toBeLessThanOrEqual(1000)
    expect(thinned(points)).toContainEqual([777, 50])
  })
})
