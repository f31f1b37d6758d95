import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { graphBuilder, tensor, type ValueType, writeOnnx, writeValue } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const built = fileURLToPath(new URL('dist/run.js', import.meta.url))
const single: ValueType = { kind: 'tensor', dtype: 'float32', shape: [1] }
let suite: string

/** A folder whose model is y = x + x, with one data set that expects this for 1. */
function addFolder(name: string, expected: number): void {
  const set = join(suite, name, 'test_data_set_0')
  mkdirSync(set, { recursive: true })
  const b = graphBuilder({ name: 'twice' })
  const x = b.input('x', single)
  const graph = b.build([b.node('Add', [x, x], {}, { outputs: ['y'] })], new Map([['y', single]]))
  writeFileSync(join(suite, name, 'model.onnx'), writeOnnx(graph))
  const write = (file: string, value: number) =>
    writeFileSync(join(set, file), writeValue(tensor('float32', [1], Float32Array.of(value))))
  write('input_0.pb', 1)
  write('output_0.pb', expected)
}

function run(...options: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [built, ...options], { encoding: 'utf8' })
  return { status, out: stdout.trim(), err: stderr.trim() }
}

beforeAll(() => {
  suite = mkdtempSync(join(tmpdir(), 'slipway-suite-'))
  addFolder('test_right', 2)
  addFolder('test_wrong', 3)
  // Names that skips.json lists.
  addFolder('test_bernoulli_wrong', 3)
  addFolder('test_bernoulli_right', 2)
})
afterAll(() => rmSync(suite, { recursive: true }))

describe('the conformance command', () => {
  it('counts what passes, fails and is skipped', () => {
    const { status, out } = run('--engine', 'reference', '--suite', suite, '--filter', 'right$|wrong$')
    expect(status).toBe(1)
    expect(out).toMatch(/^FAIL test_bernoulli_right: is skipped \(.+\) but passes$/m)
    expect(out).toMatch(/^FAIL test_wrong: test_data_set_0, output y: /m)
    expect(out.split('\n').at(-1)).toBe('1 passed, 2 failed, 1 skipped')
  })

  it('succeeds where nothing fails', () => {
    expect(run('--suite', suite, '--filter', 'test_right|bernoulli_wrong')).toMatchObject({
      status: 0,
      out: '1 passed, 0 failed, 1 skipped',
    })
  })

  it.each([
    [['--engine', 'refrence'], /--engine must be one of reference.*, got refrence$/],
    [['--filter', '('], /Invalid regular expression/],
    [['--filter', 'nothing'], /a folder with model.onnx must match, got none in/],
    [['--suit', 'x'], /Unknown option '--suit'/],
  ])('refuses %j', (options, message) => {
    const { status, out, err } = run('--suite', suite, ...options)
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(message)
  })
})
