import { describe, expect, it } from 'vitest'
import type { Measurement, Report } from './report.ts'
import { markdown, table } from './table.ts'

describe('table', () => {
  it('pads the columns, and sets numbers to the right', () => {
    expect(
      table(
        ['name', 'ms'],
        [
          ['a', 1],
          ['longer', 23],
        ],
      ),
    ).toBe(['| name   |  ms |', '|--------|----:|', '| a      |   1 |', '| longer |  23 |'].join('\n'))
  })

  it('leaves cells empty where a row is short', () => {
    expect(table(['a', 'b'], [['x']])).toBe('| a   | b   |\n|-----|-----|\n| x   |     |')
  })
})

const phase = { min: 1, median: 2 }
const measurement: Measurement = {
  engine: 'wasm',
  threads: 1,
  version: '0.1.0',
  run: { min: 10, median: 12.345 },
  cpu: { min: 9.5, median: 9.6 },
  roundMs: [10, 12.345],
  runsPerRound: 3,
  gflops: 45.2,
  share: 0.8,
  versus: [
    {
      engine: 'ort-web',
      threads: 1,
      speedup: { median: 2, p10: 1.5, p90: 2.5 },
      cpuSpeedup: { median: 1.8, p10: 1.7, p90: 1.9 },
    },
  ],
  peakBytes: 123e6,
  wasmBytes: 0,
  gap: { median: 1.5, max: 3 },
  relativeL2: 3e-7,
}
const report: Report = {
  environment: {
    date: '2026-01-01T00:00:00.000Z',
    cpu: 'a processor',
    cores: 2,
    governor: 'unknown',
    node: '20.0.0',
    v8: '11.3',
    flags: ['--flag'],
    revision: 'abc',
  },
  rounds: 2,
  subjects: [
    {
      name: 'net',
      sha256: '0123456789abcdef0123',
      fileBytes: 5e6,
      flops: 452e6,
      roofline: { best: 56.5, median: 55, fused: true },
      measurements: [measurement],
      absent: [{ engine: 'tfjs', threads: 1, reason: 'it reads no ONNX' }],
      cold: [
        {
          engine: 'wasm',
          processes: 3,
          phases: {
            startMs: phase,
            importMs: phase,
            readMs: phase,
            createMs: phase,
            firstRunMs: phase,
            secondRunMs: phase,
          },
          total: { min: 4, median: 5 },
        },
      ],
    },
  ],
  sizes: [{ name: 'bundle', raw: 1e6, gzip: 2e5, brotli: 1.5e5 }],
  sizesAbsent: ['peer: it is missing'],
}

describe('markdown', () => {
  const text = markdown(report)
  const cells = (start: string) => {
    const line = text.split('\n').find((row) => row.startsWith(start)) ?? ''
    return line.split('|').map((cell) => cell.trim())
  }

  it('states machine, versions and roofline', () => {
    expect(text).toContain('a processor, 2 cores, governor unknown')
    expect(text).toContain('Node 20.0.0, V8 11.3, flags: --flag')
    expect(text).toContain('wasm 0.1.0')
    expect(text).toContain('56.5 GFLOP/s (128-bit fused multiply-add)')
  })

  it('prints times, the ratio with its spread, the share, memory and the difference', () => {
    expect(cells('| net   | wasm').slice(2)).toEqual([
      ...['wasm', '1', '10.0', '12.3', '9.50', '2.00 (1.50-2.50)', '45.2', '80 %', '123', '-', '1.50 (3.00)'],
      ...['3.0e-7', ''],
    ])
  })

  it('prints the geometric mean, what is absent, the cold start, sizes and hashes', () => {
    expect(cells('| wasm, 1 thr., against ort-web').slice(2, 7)).toEqual([
      '2.00',
      '2.00',
      '2.00',
      '1.80',
      '1',
    ])
    expect(text).toContain('- tfjs, 1 thr.: it reads no ONNX (net)')
    expect(text).toContain('4.00 (5.00)')
    expect(cells('| bundle').slice(2, 5)).toEqual(['1000', '200', '150'])
    expect(text).toContain('- not measured: peer: it is missing')
    expect(text).toContain('0123456789abcdef')
  })
})
