import { describe, expect, it } from 'vitest'
import { arange } from '../tensor/create.ts'
import {
  cosineSchedule,
  exponentialSchedule,
  linearSchedule,
  oneCycle,
  type Schedule,
  stepSchedule,
  warmup,
} from './schedule.ts'

const half = (from: number, to: number, part: number) =>
  to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2
const schedules: readonly (readonly [string, Schedule, (step: number) => number])[] = [
  ['linear', linearSchedule(1, 0.2, 8), (t) => 1 - 0.8 * Math.min(t / 8, 1)],
  ['cosine', cosineSchedule(1, 0.1, 8), (t) => half(1, 0.1, Math.min(t / 8, 1))],
  ['steps', stepSchedule(2, 0.5, 3), (t) => 2 * 0.5 ** Math.floor(t / 3)],
  ['exponential', exponentialSchedule(2, 0.9), (t) => 2 * 0.9 ** t],
  [
    'warm-up',
    warmup(4, cosineSchedule(1, 0, 6)),
    (t) => (t < 4 ? (t + 1) / 4 : half(1, 0, Math.min((t - 4) / 6, 1))),
  ],
  ['warm-up to a constant', warmup(4, 0.5), (t) => (t < 4 ? (0.5 * (t + 1)) / 4 : 0.5)],
  [
    'one cycle',
    oneCycle({ peak: 1, steps: 10 }),
    (t) => (t < 3 ? half(0.04, 1, t / 3) : half(1, 4e-6, Math.min((t - 3) / 7, 1))),
  ],
]

describe('schedules', () => {
  it.each(schedules)('%s', async (_, schedule, formula) => {
    const rates = await schedule(arange(12).cast('float32')).data()
    ;[...rates].forEach((one, t) => expect(Number(one)).toBeCloseTo(formula(t), 5))
  })
})
