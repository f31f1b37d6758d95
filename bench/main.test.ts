/** The benchmark as a whole, on the engine that is always there; it says nothing about speed. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import type { Report } from './report.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
afterAll(() => rmSync(folder, { recursive: true }))

const bench = (...argv: readonly string[]) =>
  promisify(execFile)('node', [fileURLToPath(new URL('./dist/main.js', import.meta.url)), ...argv])

describe('npm run bench', () => {
  it('measures rounds in processes of their own and writes JSON and Markdown', async () => {
    const [json, md] = [join(folder, 'report.json'), join(folder, 'report.md')]
    const argv = ['--gemm', '--shapes=4x5x6', '--engines=reference', '--threads=1,2', '--rounds=3']
    const { stdout } = await bench(...argv, '--baseline=reference', `--json=${json}`, `--markdown=${md}`)
    const { subjects, environment }: Report = JSON.parse(readFileSync(json, 'utf8'))
    const { name, flops, measurements, absent, roofline, sha256 } = subjects[0]!
    expect([subjects.length, name, flops]).toEqual([1, '4x5x6', 2 * 4 * 5 * 6])
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(environment.node).toBe(process.versions.node)
    expect(roofline.best).toBeGreaterThan(0.1)
    expect(absent).toEqual([
      { engine: 'reference', threads: 2, reason: expect.stringContaining('one thread') },
    ])
    const { run, cpu, roundMs, versus, relativeL2, peakBytes, gap } = measurements[0]!
    expect(roundMs.length).toBe(3)
    expect(run.min).toBeGreaterThan(0)
    expect(run.median).toBeGreaterThanOrEqual(run.min)
    expect(cpu.min).toBeGreaterThan(0)
    expect(versus[0]?.speedup.median).toBe(1)
    expect(relativeL2).toBe(0)
    expect(peakBytes).toBeGreaterThan(1e7)
    expect(gap.max).toBeGreaterThan(0)
    expect(readFileSync(md, 'utf8').trim()).toBe(stdout.trim())
    expect(stdout).toMatch(/\| 4x5x6 +\| reference +\| +1 \|/)
  })

  it('answers a wrong command line with exit code 2 and the options', async () => {
    await expect(bench('--models', 'mnist8')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Did you mean "mnist_8"\?[\s\S]*--engines LIST/),
    })
  })
})
